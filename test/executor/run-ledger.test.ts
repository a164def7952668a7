import { describe, expect, it } from 'vitest'
import { ledgerAfter, ledgerDuring } from '../../src/executor/run-ledger.js'
import type { Outcome } from '../../src/executor/outcome.js'
import type { Address } from '../../src/model/address.js'
import { plainStep } from '../support/steps.js'

const web = 'server.web' as Address
const music = 'volume.music' as Address
const library = 'sync.library' as Address

describe('ledgerDuring', () => {
  it('says what is there and what will be', () => {
    expect(ledgerDuring({ id: 'lt-1', before: [web], after: [music] }, [plainStep('create-volume', music)])).toEqual([
      web,
      music,
    ])
  })

  it('is not written when nothing is added, or nothing is done', () => {
    expect(
      ledgerDuring({ id: 'lt-1', before: [web, music], after: [web] }, [plainStep('delete-volume', music)]),
    ).toBeUndefined()
    expect(ledgerDuring({ id: undefined, before: [], after: [web] }, [])).toBeUndefined()
  })
})

describe('ledgerAfter', () => {
  const create = plainStep('create-volume', music)
  const remove = plainStep('delete-volume', music)
  const copy = plainStep('copy-files', library)

  it.each<[string, Parameters<typeof after>, readonly Address[] | undefined]>([
    ['what was made is there', [[], [web, music], create, 'done', true], [web, music]],
    ['what could not be made is not', [[], [web, music], create, 'failed', false], [web]],
    ['what was made and not finished is there', [[], [web, music], create, 'failed', true], [web, music]],
    ['what was there before stays, whatever failed', [[music], [music], create, 'failed', false], [music]],
    ['what was removed is gone', [[web, music], [web], remove, 'done', true], [web]],
    ['what could not be removed is there', [[web, music], [web], remove, 'failed', true], [web, music]],
    ['a rule that was not carried out is not there', [[], [web, library], copy, 'blocked', false], [web]],
    ['an empty stack has an empty ledger', [[music], [], remove, 'done', true], []],
  ])('%s', (_, input, expected) => {
    expect(after(...input)).toEqual(expected)
  })

  it('is not written when it says so already', () => {
    const outcomeOf = () => ({ kind: 'done' }) as const
    expect(
      ledgerAfter({ id: 'lt-1', before: [], after: [music] }, [music], [create], outcomeOf, () => true),
    ).toBeUndefined()
  })

  function after(
    before: readonly Address[],
    wanted: readonly Address[],
    step: ReturnType<typeof plainStep>,
    outcome: Outcome['kind'],
    isBound: boolean,
  ) {
    return ledgerAfter(
      { id: 'lt-1', before, after: wanted },
      ['server.never' as Address],
      [step],
      () => ({ kind: outcome }) as Outcome,
      () => isBound,
    )
  }
})
