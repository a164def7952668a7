import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'

const parse = (more: string) =>
  parseStack({
    file: 'stack.yaml',
    text: `evenkeel: 1\nstack: s\ntarget: sandbox\nservers:\n  web: { image: ami-00000001, type: t3.small, ${more} }\n`,
  })
const codesOf = (more: string) => {
  const parsed = parse(more)
  return parsed.ok ? [] : parsed.diagnostics.map(({ code }) => code)
}
const optionsOf = (more: string) => {
  const parsed = parse(more)
  return parsed.ok ? parsed.spec.servers[0]?.options : undefined
}

describe('the options of a server', () => {
  it('are those that its entry names', () => {
    expect(optionsOf('tags: {}')).toBeUndefined()
    expect(optionsOf('metadata: {}')).toBeUndefined()
    expect(optionsOf('monitoring: false, metadata: { hopLimit: 2 }, cpu: { cores: 2, threadsPerCore: 1 }')).toEqual({
      monitoring: false,
      metadata: { hopLimit: 2 },
      cpu: { cores: 2, threadsPerCore: 1 },
    })
    expect(optionsOf('iamInstanceProfile: "arn:aws:iam::123456789012:instance-profile/teams/web"')).toEqual({
      iamInstanceProfile: 'arn:aws:iam::123456789012:instance-profile/teams/web',
    })
  })

  it('are of each member those of its place in the list', () => {
    const parsed = parse('count: 2, privateIp: [10.0.0.11, 10.0.0.10], sourceDestCheck: false')
    expect(parsed.ok && parsed.spec.servers.map(({ options }) => options)).toEqual([
      { privateIp: '10.0.0.11', sourceDestCheck: false },
      { privateIp: '10.0.0.10', sourceDestCheck: false },
    ])
  })

  it.each([
    ['iamInstanceProfile: "not a name"', 'SPEC_INVALID_VALUE'],
    ['iamInstanceProfile: "arn:aws:iam::1:role/web"', 'SPEC_INVALID_VALUE'],
    ['cpu: { cores: 2 }', 'SPEC_MISSING_KEY'],
    ['cpu: { cores: 2, threadsPerCore: 3 }', 'SPEC_OUT_OF_RANGE'],
    ['metadata: { hopLimit: 65 }', 'SPEC_OUT_OF_RANGE'],
    ['metadata: { tokens: maybe }', 'SPEC_INVALID_VALUE'],
    ['shutdownBehavior: restart', 'SPEC_INVALID_VALUE'],
    ['state: stopped, stopProtection: true', 'SPEC_CONFLICTING_KEYS'],
    ['privateIp: 10.0.0.256', 'SPEC_INVALID_VALUE'],
    ['privateIp: [10.0.0.10]', 'SPEC_CONFLICTING_KEYS'],
    ['count: 2, privateIp: 10.0.0.10', 'SPEC_CONFLICTING_KEYS'],
    ['count: 2, privateIp: [10.0.0.10]', 'SPEC_CONFLICTING_KEYS'],
    ['count: 2, privateIp: [10.0.0.10, 10.0.0.10]', 'SPEC_CONFLICTING_KEYS'],
    ['count: 2, secondaryPrivateIps: [10.0.0.10]', 'SPEC_CONFLICTING_KEYS'],
    ['privateIp: 10.0.0.10, secondaryPrivateIps: [10.0.0.10]', 'SPEC_CONFLICTING_KEYS'],
    ['metadata: { instanceTags: enabled }, tags: { "cost centre": x }', 'SPEC_BAD_TAG'],
    ['metadata: { instanceTags: enabled }, tags: { "a/b": x }', 'SPEC_BAD_TAG'],
  ])('cannot be %s', (more, code) => {
    expect(codesOf(more)).toEqual([code])
  })
})
