import { describe, expect, it } from 'vitest'
import { permissionOf, ruleKey, rulesOf } from '../../../../src/providers/ec2/kinds/security-group/rules.js'

describe('rules', () => {
  it('unfold a permission into one rule a source, and fold each back', () => {
    const rules = rulesOf({
      IpProtocol: 'tcp',
      FromPort: 80,
      ToPort: 81,
      IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'all' }],
      Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      UserIdGroupPairs: [{ GroupId: 'sg-1' }],
      PrefixListIds: [{ PrefixListId: 'pl-1' }],
    })
    expect(rules.map(({ source }) => source)).toEqual([
      { kind: 'cidr', cidr: '0.0.0.0/0' },
      { kind: 'cidr', cidr: '::/0' },
      { kind: 'security-group', groupId: 'sg-1' },
      { kind: 'prefix-list', prefixListId: 'pl-1' },
    ])
    expect(rules.map(permissionOf).flatMap(rulesOf)).toEqual(rules)
  })

  it('give the protocol `all` no ports', () => {
    const rule = {
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
      source: { kind: 'cidr', cidr: '10.0.0.0/8' },
      description: undefined,
    } as const
    expect(permissionOf(rule)).toEqual({ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/8' }] })
    expect(ruleKey({ ...rule, fromPort: 0, toPort: 65_535 })).toBe(ruleKey(rule))
  })
})
