import { describe, expect, it } from 'vitest'
import type { LiveKeyPair } from '../../../../src/model/kinds/key-pair.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideKeyPairs } from '../../../../src/planner/decide/keys/key-pair-decisions.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { head, oneServer } from '../../../support/stack-texts.js'

const address = at('keyPair.default')

function decide(changes: Partial<LiveStack> = {}, text = oneServer, held: readonly string[] = []) {
  return decideKeyPairs(worldFor(text, changes), new Set(held.map(at))).get(address)
}

/** The pair as an apply of this text left it. */
function live(publicKey: string | undefined): LiveKeyPair {
  const decision = decide()
  if (decision?.kind !== 'create') throw new Error('it is not created')
  return { address, id: 'key-1', keyName: decision.imported.keyName, publicKey, tags: decision.imported.tags }
}

describe('a key pair', () => {
  it('that is not there is imported; without a key here, one is generated', () => {
    expect(decide()).toMatchObject({
      kind: 'create',
      imported: { keyName: 'evenkeel.demo.default', publicKey: undefined },
    })
    const publicKeys = { [address]: 'ssh-ed25519 AAAA' }
    expect(decide({ publicKeys })).toMatchObject({ kind: 'create', imported: { publicKey: 'ssh-ed25519 AAAA' } })
  })

  it('that is there is kept, with a word where its private half is not here', () => {
    const publicKeys = { [address]: 'ssh-ed25519 AAAA' }
    const here = decide({ keyPairs: [live('ssh-ed25519 AAAA')], publicKeys })
    expect(here).toMatchObject({ kind: 'keep', tagging: { tags: {} }, problems: [] })
    const elsewhere = decide({ keyPairs: [live('ssh-ed25519 AAAA')] })
    expect(elsewhere).toMatchObject({ kind: 'keep', problems: [{ code: 'PLAN_KEY_NOT_HERE', severity: 'warning' }] })
  })

  it('that the file names is replaced when its key changed; a generated one never is', () => {
    const [before, after] = [`ssh-ed25519 AAAA`, `ssh-ed25519 BBBB`]
    const text = (key: string) => `${oneServer}keyPairs: { default: { publicKey: ${key} } }\n`
    const imported = decide({ publicKeys: { [address]: before } }, text(before))
    if (imported?.kind !== 'create') throw new Error('it is not created')
    const { keyName, tags } = imported.imported
    const keyPairs = [{ address, id: 'key-1', keyName, publicKey: before, tags }]
    const changed = decide({ keyPairs, publicKeys: { [address]: after } }, text(after))
    expect(changed).toMatchObject({ kind: 'replace', old: { id: 'key-1' }, imported: { publicKey: after } })
    const another = decide({ keyPairs: [live(before)], publicKeys: { [address]: after } })
    expect(another).toMatchObject({ kind: 'keep', problems: [{ code: 'PLAN_KEY_NOT_HERE' }] })
    // One that was named before is no generated one: it gives way to what is made here.
    expect(decide({ keyPairs, publicKeys: {} })).toMatchObject({ kind: 'replace', imported: { publicKey: undefined } })
  })

  it('whose tags were changed gets them back', () => {
    const pair = live(undefined)
    const changed = { ...pair, tags: { ...pair.tags, [tagKeys.name]: 'mine' } }
    const decision = decide({ keyPairs: [changed] })
    expect(decision).toMatchObject({ kind: 'update', tagging: { tags: { [tagKeys.name]: 'demo/default' } } })
  })

  it('that the file no longer needs is removed, and one that is held is left out', () => {
    const removed = decide({ keyPairs: [live(undefined)] }, `${head}servers: {}\n`)
    expect(removed).toMatchObject({ kind: 'remove', live: { id: 'key-1' } })
    expect(decide({}, oneServer, ['keyPair.default'])).toBeUndefined()
  })
})
