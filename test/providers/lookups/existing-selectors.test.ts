import { CreateSecurityGroupCommand, EC2Client, ImportKeyPairCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tagKeys } from '../../../src/model/tags.js'
import { sshKeys } from '../../support/ssh-keys.js'
import { emptyQuery, startFixture, type Fixture } from '../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

const tagged = (ResourceType: 'security-group' | 'key-pair', tags: Readonly<Record<string, string>>) => [
  { ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
]

it('groups and key pairs of others are found by id, name and tag, each in as few calls as can be', async () => {
  const { cloud, sandbox } = fixture
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const group = (GroupName: string, tags: Readonly<Record<string, string>>) =>
    client.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description: 'd',
        TagSpecifications: tagged('security-group', tags),
      }),
    )
  const [first, second] = [
    await group('first', { tier: 'web' }),
    await group('second', { tier: 'web', [tagKeys.stack]: 'other' }),
  ]
  const pair = await client.send(
    new ImportKeyPairCommand({
      KeyName: 'opera*',
      PublicKeyMaterial: Buffer.from(`${sshKeys.ed25519} somebody`),
      TagSpecifications: tagged('key-pair', { team: 'audio' }),
    }),
  )
  const { existingGroups, existingKeyPairs } = await cloud.observe({
    ...emptyQuery(),
    existingGroups: [
      { kind: 'id', id: first.GroupId ?? '' },
      { kind: 'id', id: 'sg-0123456789abcdef0' },
      { kind: 'tag', key: 'tier', value: 'web' },
    ],
    existingKeyPairs: [
      { kind: 'id', id: pair.KeyPairId ?? '' },
      { kind: 'name', name: 'opera*' },
      { kind: 'name', name: 'operators' },
      { kind: 'tag', key: 'team', value: 'audio' },
    ],
  })
  const known = { id: first.GroupId, vpcId: expect.stringMatching(/^vpc-/) }
  const others = { id: second.GroupId, vpcId: known.vpcId, stack: 'other' }
  expect(existingGroups).toEqual({
    [first.GroupId ?? '']: [known],
    'sg-0123456789abcdef0': [],
    'tag:tier=web': [known, others].sort((left, right) => ((left.id ?? '') < (right.id ?? '') ? -1 : 1)),
  })
  const found = [{ id: pair.KeyPairId, keyName: 'opera*', publicKey: sshKeys.ed25519 }]
  expect(existingKeyPairs).toEqual({
    [pair.KeyPairId ?? '']: found,
    'name:opera*': found,
    'name:operators': [],
    'tag:team=audio': found,
  })
})
