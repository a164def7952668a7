import { expect, test } from 'vitest'
import { covers, outsidePortsOf } from '../../../../src/sandbox/hosts/network/outside-ports.js'

test.each([
  ['0.0.0.0/0', '203.0.113.1', true],
  ['203.0.113.1/32', '203.0.113.1', true],
  ['203.0.113.1', '203.0.113.1', true],
  ['203.0.113.0/24', '203.0.113.1', true],
  ['203.0.113.0/32', '203.0.113.1', false],
  ['10.66.0.0/16', '203.0.113.1', false],
  ['10.66.0.0/16', '10.66.255.255', true],
])('%s covers %s: %s', (cidr, address, expected) => {
  expect(covers(cidr, address)).toBe(expected)
})

test('a door is made for 22, and for each port that the operator may reach', () => {
  const rule = { from: '0.0.0.0/0', toPrivateIp: '10.66.0.5', protocol: 'tcp', fromPort: 80, toPort: 81 } as const
  const rules = [
    rule,
    { ...rule, protocol: 'udp' as const, fromPort: 53, toPort: 53 },
    { ...rule, from: '10.66.0.6/32', fromPort: 5432, toPort: 5432 },
    { ...rule, fromPort: 0, toPort: 65_535 },
    { ...rule, toPrivateIp: '10.66.0.7', fromPort: 443, toPort: 443 },
  ]
  expect([...outsidePortsOf('10.66.0.5', rules)]).toEqual([22, 80, 81])
})
