import { describe, expect, it } from 'vitest'
import { publicKeyWithoutComment } from '../../../src/providers/ec2/kinds/key-pair/observe-key-pairs.js'
import { liveServer } from '../../../src/providers/ec2/kinds/server/observe-servers.js'
import { volumeFacts } from '../../../src/providers/ec2/kinds/volume/volume-facts.js'
import { liveImage } from '../../../src/providers/ec2/lookups/image-selectors.js'
import { permissionOf, ruleKey, rulesOf } from '../../../src/providers/ec2/kinds/security-group/rules.js'
import { addressOf } from '../../../src/model/address.js'

describe('live facts', () => {
  it.each(['shutting-down', 'terminated'] as const)('leave out an instance that is %s', (Name) => {
    expect(liveServer({ State: { Name } }, addressOf('server', 'web'), undefined)).toBeUndefined()
  })

  it('take an empty text for no value', () => {
    const server = liveServer(
      { State: { Name: 'running' }, PublicIpAddress: '' },
      addressOf('server', 'web'),
      undefined,
    )
    expect(server?.publicIp).toBeUndefined()
  })

  it.each(['deleting', 'deleted'] as const)('leave out a volume that is %s', (State) => {
    expect(volumeFacts({ State })).toBeUndefined()
  })

  it('leave out an attachment that has ended', () => {
    const attachment = { InstanceId: 'i-1', Device: '/dev/sdf', State: 'detached' as const }
    expect(volumeFacts({ State: 'available', Attachments: [attachment] })?.attachment).toBeUndefined()
  })

  it('take the first mapping for the root when the image names none that it has', () => {
    const image = liveImage({
      RootDeviceName: '/dev/sda',
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8 } }],
    })
    expect(image).toMatchObject({ rootDeviceName: '/dev/sda1', rootSizeGiB: 8 })
  })

  it('drop a key’s comment', () => {
    expect(publicKeyWithoutComment('ssh-ed25519 AAAA me@here\n')).toBe('ssh-ed25519 AAAA')
    expect(publicKeyWithoutComment('')).toBeUndefined()
  })

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
