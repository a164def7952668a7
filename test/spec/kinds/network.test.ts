import { describe, expect, it } from 'vitest'
import type { NetworkSpec } from '../../../src/model/kinds/network.js'
import { parseStack } from '../../../src/spec/parse.js'

const file = (network: string, more = '') =>
  `evenkeel: 1\nstack: demo\ntarget: sandbox\nnetworks:\n  lab:\n${network.replaceAll(/^/gm, '    ')}\n${more}`
const subnets = (...entries: readonly string[]) => ['subnets:', ...entries.map((entry) => `  ${entry}`)].join('\n')
const front = 'front: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }'
const back = 'back: { cidr: 10.20.2.0/24, zone: us-east-1a }'
const far = 'far: { cidr: 10.20.3.0/24, zone: us-east-1b }'
const lab = (...lines: readonly string[]) => ['cidr: 10.20.0.0/16', ...lines].join('\n')

function partsOf(network: string, more = ''): readonly NetworkSpec[] {
  const result = parseStack({ file: 'stack.yaml', text: file(network, more) })
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result.spec.networks
}

function mistakesOf(network: string, more = ''): readonly string[] {
  const result = parseStack({ file: 'stack.yaml', text: file(network, more) })
  return result.ok ? [] : result.diagnostics.map(({ code, message }) => `${code} ${message}`)
}

function partAt(parts: readonly NetworkSpec[], address: string): NetworkSpec | undefined {
  return parts.find((part) => part.address === address)
}

describe('the parts of a network', () => {
  it('of a bare one are itself, its subnets and a route table for each; names are told, and nothing leads out', () => {
    expect(partsOf(lab(subnets(back)))).toMatchObject([
      { part: 'vpc', address: 'network.lab', cidr: '10.20.0.0/16', dnsSupport: true, dnsHostnames: true },
      { part: 'subnet', address: 'network.lab.back', publicIps: false },
      { part: 'routes', address: 'network.lab.back.routes', subnet: 'network.lab.back', routes: [] },
    ])
  })

  it('have a gateway where a subnet is public, and one NAT gateway in the first public subnet with `single`', () => {
    const parts = partsOf(lab('nat: single', subnets(front, back, far)))
    expect(partAt(parts, 'network.lab.gateway')).toMatchObject({ part: 'gateway' })
    expect(parts.filter(({ part }) => part === 'nat')).toMatchObject([
      { address: 'network.lab.front.nat', subnet: 'network.lab.front', allocation: 'network.lab.front.nat-address' },
    ])
    for (const [name, by] of [
      ['front', 'network.lab.gateway'],
      ['back', 'network.lab.front.nat'],
      ['far', 'network.lab.front.nat'],
    ] as const)
      expect(partAt(parts, `network.lab.${name}.routes`)).toMatchObject({ routes: [{ to: '0.0.0.0/0', by }] })
  })

  it('have a NAT gateway for each zone with `zonal`, and none for a subnet that wants none', () => {
    const other = 'other: { cidr: 10.20.4.0/24, zone: us-east-1b, public: true }'
    const alone = 'alone: { cidr: 10.20.5.0/24, zone: us-east-1b, nat: false }'
    const parts = partsOf(lab('nat: zonal', subnets(front, back, far, other, alone)))
    expect(partAt(parts, 'network.lab.back.routes')).toMatchObject({ routes: [{ by: 'network.lab.front.nat' }] })
    expect(partAt(parts, 'network.lab.far.routes')).toMatchObject({ routes: [{ by: 'network.lab.other.nat' }] })
    expect(partAt(parts, 'network.lab.alone.routes')).toMatchObject({ routes: [] })
  })

  it('have the rules of their own subnet before those of the network, numbered by tens in each direction', () => {
    const rules =
      'acl: { in: [{ port: 22, from: 0.0.0.0/0 }, { port: all, from: 10.20.0.0/16, action: deny }], out: [] }'
    const own =
      'back: { cidr: 10.20.2.0/24, zone: us-east-1a, acl: { out: [{ protocol: icmp, port: all, to: 0.0.0.0/0 }] } }'
    const parts = partsOf(lab(rules, subnets(front, own)))
    expect(partAt(parts, 'network.lab.front')).toMatchObject({ acl: 'network.lab.acl' })
    expect(partAt(parts, 'network.lab.back')).toMatchObject({ acl: 'network.lab.back.acl' })
    expect(partAt(parts, 'network.lab.acl')).toMatchObject({
      entries: [
        { egress: false, number: 10, protocol: 'tcp', fromPort: 22, toPort: 22, action: 'allow' },
        { egress: false, number: 20, protocol: 'all', fromPort: -1, cidr: '10.20.0.0/16', action: 'deny' },
      ],
    })
    expect(partAt(parts, 'network.lab.back.acl')).toMatchObject({ entries: [{ egress: true, protocol: 'icmp' }] })
  })

  it('reach s3 by a route in every subnet, and other services at an address in those that are named', () => {
    const endpoints =
      'endpoints: { s3: { service: s3 }, ssm: { service: ssm, subnets: [back], securityGroups: [door] } }'
    const parts = partsOf(lab(endpoints, subnets(front, back)), 'securityGroups: { door: { network: lab } }\n')
    expect(partAt(parts, 'network.lab.endpoint.s3')).toMatchObject({
      type: 'gateway',
      routeTables: ['network.lab.front.routes', 'network.lab.back.routes'].sort(),
      privateDns: false,
    })
    expect(partAt(parts, 'network.lab.endpoint.ssm')).toMatchObject({
      type: 'interface',
      subnets: ['network.lab.back'],
      securityGroups: ['securityGroup.door'],
      privateDns: true,
    })
  })
})

describe('a network that EC2 would refuse', () => {
  it.each([
    ['a block that begins elsewhere', lab(subnets('a: { cidr: 10.20.1.7/24, zone: us-east-1a }')), /10\.20\.1\.7\/24/],
    ['a network that is too large', 'cidr: 10.0.0.0/8', /\/16 to \/28, not \/8/],
    ['a subnet that is too small', lab(subnets('a: { cidr: 10.20.1.0/29, zone: us-east-1a }')), /not \/29/],
    ['a block that no network has', 'cidr: 169.254.0.0/16', /no network can be 169\.254/],
    ['a subnet outside of it', lab(subnets('a: { cidr: 10.21.1.0/24, zone: us-east-1a }')), /not within the network's/],
    [
      'subnets that overlap',
      lab(subnets(back, 'b: { cidr: 10.20.2.128/25, zone: us-east-1a }')),
      /has addresses of the subnet `back`/,
    ],
    ['a subnet that is called as a part', lab(subnets(back.replace('back', 'gateway'))), /no subnet can be called/],
    ['NAT without a public subnet', lab('nat: single', subnets(back)), /no public subnet for the NAT gateway/],
    ['NAT without one in the zone', lab('nat: zonal', subnets(front, far)), /no public subnet in us-east-1b/],
    ['NAT that nobody uses', lab('nat: single', subnets(front)), /no subnet goes out by a NAT gateway/],
    [
      'a route twice',
      lab(subnets(front.replace(' }', ', routes: [{ to: 0.0.0.0/0, by: i-0123456789abcdef0 }] }'))),
      /stands here already/,
    ],
    [
      'a route into itself',
      lab(subnets(back.replace(' }', ', routes: [{ to: 10.20.9.0/24, by: i-0123456789abcdef0 }] }'))),
      /is within the network/,
    ],
    [
      'two addresses of an endpoint in a zone',
      lab('endpoints: { ssm: { service: ssm, subnets: [front, back] } }', subnets(front, back)),
      /one address in a zone/,
    ],
    ['a rule without a side', lab('acl: { in: [{ port: 22 }] }', subnets(back)), /`from` is missing/],
    ['a rule of the other side', lab('acl: { out: [{ port: 22, from: 0.0.0.0/0 }] }', subnets(back)), /has no `from`/],
    ['a rule for IPv6', lab("acl: { in: [{ port: 22, from: '::/0' }] }", subnets(back)), /no block of IPv4/],
    [
      'more rules than any ACL has',
      lab(
        `acl: { in: [${Array.from({ length: 41 }, (_, index) => `{ port: ${index + 1}, from: 0.0.0.0/0 }`).join(', ')}] }`,
        subnets(back),
      ),
      /41 rules are too many/,
    ],
    ['names without a name service', lab('dnsSupport: false', 'dnsHostnames: true'), /needs `dnsSupport`/],
    [
      'an endpoint in a subnet that is not there',
      lab('endpoints: { ssm: { service: ssm, subnets: [bak] } }', subnets(back)),
      /no subnet `bak`/,
    ],
  ])('is a mistake of the file: %s', (_name, network, expected) => {
    const mistakes = mistakesOf(network)
    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toMatch(expected)
  })

  it.each(['a[0]', "'a b'", '"a\\nb"', 'A', '../a', "''"])('has no subnet called %s', (name) => {
    expect(mistakesOf(lab(subnets(back.replace('back', name)))).length).toBeGreaterThan(0)
  })
})
