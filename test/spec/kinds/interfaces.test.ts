import { describe, expect, it } from 'vitest'
import { head, mistakesIn, server, specOf } from '../support/specs.js'

const sections = `securityGroups: { inside: {} }\n`
const withOne = (interfaces: string, more = '') =>
  `${head}${sections}servers: { w: { ${server}${more}, interfaces: { ${interfaces} } } }\n`
const subnet = 'subnet: subnet-0123456789abcdef0'

describe('the interfaces of a server in a stack file', () => {
  it('are called within their server, with its groups and tags where they have none of their own', () => {
    const text = `b: { ${subnet}, securityGroups: [inside] }, a: { ${subnet}, privateIp: 10.0.0.10 }`
    const spec = specOf(withOne(text, ', tags: { tier: web }'))
    expect(spec.interfaces).toMatchObject([
      {
        address: 'interface.w.a',
        server: 'server.w',
        privateIp: '10.0.0.10',
        secondaryPrivateIps: [],
        securityGroups: spec.servers[0]?.securityGroups,
        tags: { tier: 'web' },
      },
      { address: 'interface.w.b', securityGroups: ['securityGroup.inside'], sourceDestCheck: true },
    ])
  })

  it('are of each member, with the address of its place in the list', () => {
    const { interfaces = [] } = specOf(withOne(`a: { ${subnet}, privateIp: [10.0.0.11, 10.0.0.10] }`, ', count: 2'))
    expect(interfaces.map(({ address, server: holder, privateIp }) => [address, holder, privateIp])).toEqual([
      ['interface.w.a[0]', 'server.w[0]', '10.0.0.11'],
      ['interface.w.a[1]', 'server.w[1]', '10.0.0.10'],
    ])
  })

  it('can be told of by their addresses', () => {
    const text = `${withOne(`a: { ${subnet} }`)}outputs: { storage: "\${interface.w.a.privateIp}" }\n`
    expect(mistakesIn(text)).toEqual([])
    const wrong = text.replace('interface.w.a.privateIp', 'interface.w.b.privateIp')
    expect(mistakesIn(wrong)).toEqual([expect.stringMatching(/ SPEC_UNKNOWN_REFERENCE$/)])
  })

  it('do not move by themselves', () => {
    const text = `${withOne(`a: { ${subnet} }`)}moved: [{ from: interface.w.b, to: interface.w.a }]\n`
    const mistakes = mistakesIn(text)
    expect(mistakes.length).toBeGreaterThan(0)
    for (const mistake of mistakes) expect(mistake).toMatch(/ SPEC_BAD_MOVE$/)
  })

  it.each([
    ['without a subnet', 'a: {}', 'SPEC_MISSING_KEY'],
    ['in a subnet that the file does not have', 'a: { subnet: network.lab.a }', 'SPEC_UNKNOWN_REFERENCE'],
    ['with a group that the file does not have', `a: { ${subnet}, securityGroups: [other] }`, 'SPEC_UNKNOWN_REFERENCE'],
    ['with a list of addresses of one server', `a: { ${subnet}, privateIp: [10.0.0.10] }`, 'SPEC_CONFLICTING_KEYS'],
    ['with what is no address', `a: { ${subnet}, privateIp: 10.0.0.256 }`, 'SPEC_INVALID_VALUE'],
    ['of a name that is none', `A_b: { ${subnet} }`, 'SPEC_BAD_NAME'],
  ])('cannot be %s', (_name, text, code) => {
    expect(mistakesIn(withOne(text))).toEqual([expect.stringMatching(new RegExp(` ${code}$`))])
  })
})
