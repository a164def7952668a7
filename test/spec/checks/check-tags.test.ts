import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { kinds, resourceKinds } from '../../../src/model/kinds/kinds.js'
import { ownTagsMax, tagsMax } from '../../../src/model/kinds/own-tags.js'
import { tagKeys } from '../../../src/model/tags.js'
import { goldenCases } from '../../golden/plan/worlds.js'
import { diagnosticsOf, head, mistakesIn, server } from '../support/specs.js'

const tags = (amount: number, prefix = 'k') =>
  `{ ${Array.from({ length: amount }, (_, index) => `${prefix}${index}: x`).join(', ')} }`

describe('the tags of an entry', () => {
  it('leave room for those of evenkeel, and the message says for how many', () => {
    const room = tagsMax - (ownTagsMax.volume ?? 0)
    const volume = (amount: number) => `${head}volumes: { v: { size: 1, tags: ${tags(amount)} } }\n`
    expect(mistakesIn(volume(room))).toEqual([])
    expect(diagnosticsOf(volume(room + 1))).toMatchObject([{ code: 'SPEC_BAD_TAG', line: 4, column: 26 }])
    expect(diagnosticsOf(volume(room + 1))[0]?.message).toContain(` ${room} here`)
  })

  it('leave room for the records of sync rules', () => {
    const room = tagsMax - (ownTagsMax.server ?? 0) - 3
    const text = (amount: number) =>
      `${head}servers: { s: { ${server}, count: 2, tags: ${tags(amount)} } }\nsync:\n` +
      ['a', 'b', 'c'].map((name) => `  ${name}: { from: ./${name}, to: "s[*]:/${name}" }\n`).join('')
    expect(mistakesIn(text(room))).toEqual([])
    expect(mistakesIn(text(room + 1))).toHaveLength(1)
  })

  it('count with those of the stack, and are told there where the entry has none', () => {
    const text = `${head}tags: ${tags(39)}\nservers: { s: { ${server} } }\n`
    expect(mistakesIn(text)).toEqual(['4:1 SPEC_BAD_TAG'])
    expect(mistakesIn(`${head}tags: ${tags(39)}\nkeyPairs: { k: {} }\n`)).toEqual([])
  })
})

describe('the tags of evenkeel', () => {
  /** Of everything that the golden plans tag, by the kind of its address. */
  it('are never more than are counted', () => {
    const golden = fileURLToPath(new URL('../../golden/plan', import.meta.url))
    const most = new Map<string, number>()
    for (const name of Object.keys(goldenCases)) {
      const text = readFileSync(`${golden}/${name}/live.json`, 'utf8')
      for (const own of ownTagsIn(JSON.parse(text))) {
        const kind = own['evenkeel:address']?.split('.')[0] ?? ''
        most.set(
          kind,
          Math.max(most.get(kind) ?? 0, Object.keys(own).filter((key) => !key.startsWith('evenkeel:sync:')).length),
        )
      }
    }
    const counted = resourceKinds.filter((kind) => ownTagsMax[kind] !== undefined)
    expect(counted.filter((kind) => (most.get(kind) ?? 0) > (ownTagsMax[kind] ?? 0))).toEqual([])
    expect(most.get('volume')).toBeGreaterThan(5)
    // A kind of resource that takes tags has a number of its own.
    expect(counted.toSorted()).toEqual(
      resourceKinds.filter((kind) => 'live' in kinds[kind] || kind === 'archive').toSorted(),
    )
    expect(Object.keys(tagKeys).length).toBeLessThan(tagsMax)
  })
})

function* ownTagsIn(value: unknown): Generator<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    if (key === 'tags' && typeof member === 'object') yield ownOnly(member as Record<string, string>)
    else yield* ownTagsIn(member)
  }
}

function ownOnly(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key === 'Name' || key.startsWith('evenkeel:')))
}
