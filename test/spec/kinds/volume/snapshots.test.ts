import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../../src/spec/parse.js'

const parse = (snapshots: string, more = '') =>
  parseStack({
    file: 'stack.yaml',
    text: `evenkeel: 1\nstack: s\ntarget: sandbox\nvolumes:\n  data: { size: 1, zone: us-east-1a${more}, snapshots: ${snapshots} }\n`,
  })
const codesOf = (snapshots: string, more?: string) => {
  const parsed = parse(snapshots, more)
  return parsed.ok ? [] : parsed.diagnostics.map(({ code }) => code)
}

describe('what is said of a volume’s snapshots', () => {
  it('is when they are taken, who else may use them, or both', () => {
    const specOf = (snapshots: string) => {
      const parsed = parse(snapshots)
      return parsed.ok ? parsed.spec.volumes[0] : undefined
    }
    expect(specOf('{ every: 24h }')?.snapshots?.everyMinutes).toBe(1440)
    expect(specOf('{ every: 24h }')?.shareSnapshots).toBeUndefined()
    expect(specOf('{ share: [] }')).toMatchObject({ shareSnapshots: [] })
    expect(specOf('{ share: [] }')?.snapshots).toBeUndefined()
    expect(specOf("{ every: 1h, share: [public, '210987654321', public] }")).toMatchObject({
      snapshots: { everyMinutes: 60 },
      shareSnapshots: ['210987654321', 'public'],
    })
  })

  it.each([
    ['{}', '', 'SPEC_MISSING_KEY'],
    ['{ keep: { last: 1 } }', '', 'SPEC_MISSING_KEY'],
    ['{ share: [public], consistent: none }', '', 'SPEC_MISSING_KEY'],
    ['{ share: [210987654321] }', '', 'SPEC_WRONG_TYPE'],
    ["{ share: ['21098765432'] }", '', 'SPEC_INVALID_VALUE'],
    ["{ share: ['arn:aws:organizations::123456789012:organization/o-abcdefghij'] }", '', 'SPEC_INVALID_VALUE'],
    ['{ share: [public] }', ', encrypted: true', 'SPEC_CONFLICTING_KEYS'],
    ['{ share: [public] }', ', kmsKey: alias/backup', 'SPEC_CONFLICTING_KEYS'],
  ])('%s%s is a mistake', (snapshots, more, code) => {
    expect(codesOf(snapshots, more)).toEqual([code])
  })

  it('names accounts beside encryption: which key it is, EC2 knows', () => {
    expect(codesOf("{ share: ['210987654321'] }", ', encrypted: true')).toEqual([])
  })
})
