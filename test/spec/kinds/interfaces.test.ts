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

  it('have addresses that nothing else has, and that their subnet gives: every mistake is told where it stands', () => {
    const inB = 'subnet: network.lab.b'
    const places = (own: string, first: string, more: string, third: string) => `${head}networks:
  lab: { cidr: 10.0.0.0/16, subnets: { a: { cidr: 10.0.1.0/24, zone: us-east-1a }, b: { cidr: 10.0.2.0/24, zone: us-east-1a } } }
servers:
  v: { ${server}, ${inB}, privateIp: 10.0.2.10 }
  w:
    interfaces:
      a: { ${inB}, privateIp: ${first} }
      b: { ${inB}, privateIp: 10.0.2.20, secondaryPrivateIps: [${more}, 10.0.2.21] }
      c: { ${inB}, privateIp: ${third} }
    ${server.replace(', ', '\n    ')}
    subnet: network.lab.a
    privateIp: ${own}
`
    expect(mistakesIn(places('10.0.2.4', '10.0.2.10', '10.0.2.255', '10.0.2.21'))).toEqual([
      '10:46 SPEC_CONFLICTING_KEYS',
      '11:79 SPEC_CONFLICTING_KEYS',
      '12:46 SPEC_CONFLICTING_KEYS',
      '16:16 SPEC_CONFLICTING_KEYS',
    ])
    expect(mistakesIn(places('10.0.1.4', '10.0.2.11', '10.0.2.254', '10.0.2.4'))).toEqual([])
    expect(mistakesIn(places('10.0.1.3', '10.0.2.11', '10.0.2.254', '10.0.2.4'))).toHaveLength(1)
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
