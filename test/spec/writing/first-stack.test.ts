import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import { firstStackText, type FirstStack } from '../../../src/spec/writing/first-stack.js'
import { laidOut } from '../../../src/spec/writing/canonical-layout.js'

const choices: { readonly [Key in keyof FirstStack]: readonly FirstStack[Key][] } = {
  stack: ['web', 'true'],
  target: ['sandbox', 'eu-central-1'],
  servers: [1, 2],
  type: ['t3.small', 'm6gd.medium'],
  volume: [0, 10],
  key: ['generated', '~/.ssh/id_ed25519.pub', './a, b: [c] # d.pub'],
}

const all = (Object.keys(choices) as (keyof FirstStack)[]).reduce<Partial<FirstStack>[]>(
  (so, key) => so.flatMap((one) => choices[key].map((value) => ({ ...one, [key]: value }))),
  [{}],
) as FirstStack[]

const read = (wanted: FirstStack) =>
  parseStack({ file: 'stack.yaml', text: firstStackText(wanted), variables: {}, environment: {} })

describe('firstStackText', () => {
  it('is a stack file without a mistake, for every combination of answers', () => {
    expect(all).toHaveLength(2 * 2 * 2 * 2 * 2 * 3)
    const mistaken = all.flatMap((wanted) => {
      const result = read(wanted)
      return result.ok ? [] : [{ wanted, messages: result.diagnostics.map(({ message }) => message) }]
    })
    expect(mistaken).toEqual([])
  })

  it('says what was answered', () => {
    for (const wanted of all) {
      const result = read(wanted)
      if (!result.ok) throw new Error('it has mistakes')
      const { stack, target, servers, volumes, keyPairs } = result.spec
      expect(stack).toBe(wanted.stack)
      expect(target.kind === 'sandbox' ? 'sandbox' : target.region).toBe(wanted.target)
      expect(servers.map(({ type }) => type)).toEqual(Array(wanted.servers).fill(wanted.type))
      expect(volumes.map(({ sizeGiB }) => sizeGiB)).toEqual(wanted.volume === 0 ? [] : [wanted.volume])
      const path = wanted.key === 'generated' ? undefined : wanted.key
      expect(keyPairs.map(({ publicKey }) => publicKey?.kind === 'path' && publicKey.path)).toEqual([path ?? false])
    }
  })

  it('is laid out as fmt does', () => {
    for (const wanted of all) expect(laidOut(firstStackText(wanted))).toBe(firstStackText(wanted))
  })
})
