import { expect, test } from 'vitest'
import type { FirewallRule } from '../../../../src/sandbox/hosts/host-backend.js'
import { firewallRuleset } from '../../../../src/sandbox/hosts/network/firewall-rules.js'

const rule: FirewallRule = { from: '0.0.0.0/0', toPrivateIp: '10.66.0.5', protocol: 'tcp', fromPort: 22, toPort: 22 }
const rulesetOf = (...rules: readonly FirewallRule[]) => firewallRuleset({ publicAddresses: [], rules }, [])
const publicAddresses = [
  { publicIp: '127.66.0.5', privateIp: '10.66.0.5' },
  { publicIp: '127.66.15.254', privateIp: '10.66.0.6' },
]

test('public addresses are translated both ways, and connections by any other are cut', () => {
  const ruleset = firewallRuleset({ publicAddresses, rules: [] }, [])
  expect(ruleset).toContain('  dnat to ip daddr map { 127.66.0.5 : 10.66.0.5, 127.66.15.254 : 10.66.0.6 }\n')
  expect(ruleset).toContain(
    '  ct status dnat snat to ip saddr map { 10.66.0.5 : 127.66.0.5, 10.66.0.6 : 127.66.15.254 }\n',
  )
  expect(ruleset).toContain(
    '  ct status dnat ct original ip daddr . ct reply ip saddr != { 127.66.0.5 . 10.66.0.5, 127.66.15.254 . 10.66.0.6 } jump cut\n',
  )
})

test('without a public address nothing is translated', () => {
  expect(rulesetOf()).not.toContain(' map ')
  expect(rulesetOf()).toContain('  ct status dnat jump cut\n')
})

test('the way out is for hosts with a public address, never to private networks or this machine', () => {
  const ruleset = firewallRuleset({ publicAddresses, rules: [] }, ['127.0.0.1', '192.168.7.7', '198.51.100.9'])
  expect(ruleset).toContain(
    `  ip daddr { 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/3, 198.51.100.9 } reject with icmp type admin-prohibited
  ip saddr { 10.66.0.5, 10.66.0.6 } accept
  reject with icmp type net-unreachable
`,
  )
  expect(rulesetOf()).not.toContain('ip saddr {')
})

test('between two VPCs nothing passes by private addresses', () => {
  const networks = [['10.66.0.5', '10.66.0.6'], ['10.40.1.4']]
  const ruleset = firewallRuleset({ publicAddresses, rules: [rule], networks }, [])
  expect(ruleset).toContain(`  ct state established,related accept
  ct status & dnat == 0 ip daddr { 10.66.0.5, 10.66.0.6 } ip saddr != { 10.66.0.5, 10.66.0.6 } drop
  ct status & dnat == 0 ip daddr { 10.40.1.4 } ip saddr != { 10.40.1.4 } drop
`)
  expect(firewallRuleset({ publicAddresses, rules: [rule], networks: [['10.66.0.5']] }, [])).not.toContain(
    'drop\n  ip daddr',
  )
})

test('a host that may not connect to everywhere passes a chain of its own, by the addresses that it names', () => {
  const egress = {
    '10.66.0.5': [],
    '10.66.0.6': [
      { to: '0.0.0.0/0', protocol: 'tcp', fromPort: 443, toPort: 443 },
      { to: '10.66.0.5/32', protocol: 'all', fromPort: 0, toPort: 65_535 },
    ],
  } as const
  const ruleset = firewallRuleset({ publicAddresses, rules: [rule], egress }, [])
  expect(ruleset).toContain(' chain from_10_66_0_5 {\n  drop\n }\n')
  expect(ruleset).toContain(
    ' chain from_10_66_0_6 {\n  tcp dport 443-443 return\n  ct original ip daddr 10.66.0.5/32 return\n  drop\n }\n',
  )
  expect(ruleset).toContain(`  ct state established,related accept
  ip saddr vmap { 10.66.0.5 : jump from_10_66_0_5, 10.66.0.6 : jump from_10_66_0_6 }
  oifname "world" jump out
`)
  expect(rulesetOf(rule)).not.toContain('ip saddr vmap')
})

test('everything inwards is dropped without rules', () => {
  expect(rulesetOf()).toContain('type filter hook forward priority 0; policy drop;')
  expect(rulesetOf()).not.toContain('vmap')
})

test('a host has one chain, whatever the number of its rules', () => {
  const ruleset = rulesetOf(rule, { ...rule, from: '10.66.0.6/32', fromPort: 80, toPort: 90 })
  expect(ruleset.match(/ip daddr vmap \{ 10\.66\.0\.5 : jump to_10_66_0_5 \}/g)).toHaveLength(2)
  expect(ruleset).toContain(
    ' chain to_10_66_0_5 {\n  tcp dport 22-22 accept\n  ip saddr 10.66.0.6/32 tcp dport 80-90 accept\n }\n',
  )
})

test.each([
  [{ protocol: 'all', from: '10.66.0.6/32' }, '  ip saddr 10.66.0.6/32 accept\n'],
  [{ protocol: 'all' }, '{\n  accept\n'],
  [{ protocol: 'icmp', fromPort: -1, toPort: -1 }, '  ip protocol icmp accept\n'],
  [{ protocol: 'udp', fromPort: -1, toPort: 70_000 }, '  udp dport 0-65535 accept\n'],
] as const)('%j becomes one line', (changes, expected) => {
  expect(rulesetOf({ ...rule, ...changes })).toContain(expected)
})
