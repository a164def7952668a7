import { describe, expect, it } from 'vitest'
import { beyondSaved } from '../../../src/app/saved-plan/rest-of-saved.js'
import type { Change } from '../../../src/model/change.js'

type Said = readonly [address: string, kind: Change['kind'], impact?: Change['impact']]

const planOf = (...changes: readonly Said[]) => ({
  changes: changes.map(
    ([address, kind, impact = 'none']) => ({ address, kind, impact, reason: '', diffs: [] }) as unknown as Change,
  ),
})
const saved = planOf(
  ['server.new', 'create'],
  ['server.other', 'replace', 'downtime'],
  ['volume.grows', 'update'],
  ['volume.goes', 'remove', 'data-loss'],
  ['volume.stays', 'none'],
)
const beyond = (...changes: readonly Said[]) => beyondSaved(saved, planOf(...changes)).map(({ address }) => address)

describe('what is left of a plan whose run was cut off', () => {
  it('may be all of it, a part of it, or nothing', () => {
    expect(beyondSaved(saved, saved)).toEqual([])
    expect(beyond()).toEqual([])
    expect(beyond(['server.new', 'update', 'restart'], ['server.other', 'remove'], ['volume.stays', 'none'])).toEqual(
      [],
    )
  })

  it.each<readonly [string, Said]>([
    ['of something that it did not name', ['server.unknown', 'create']],
    ['of what was to stay', ['volume.stays', 'update']],
    ['that takes away what was to be made', ['server.new', 'remove']],
    ['that replaces what was to be changed', ['volume.grows', 'replace']],
    ['that loses data where none was to be lost', ['volume.grows', 'update', 'data-loss']],
  ])('is no change %s', (_, change) => {
    expect(beyond(change)).toEqual([change[0]])
  })
})
