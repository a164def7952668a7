import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** One that may speak to the web alone, and one that it would like to speak to; the doors of both are somebody else's. */
const stack = (port: number) => `
evenkeel: 1
stack: guest
target: sandbox
securityGroups:
  narrow: { ingress: [{ port: 22, from: my-ip }], egress: [{ port: ${port}, to: { tag: { tier: door } } }] }
servers:
  tight: { image: ${image}, type: t3.small, zone: us-east-1a, keyPair: { name: operators }, securityGroups: [narrow] }
  open: { image: ${image}, type: t3.small, zone: us-east-1a, keyPair: { name: operators }, securityGroups: [{ tag: tier=door }] }
`

describe.skipIf(noHostsBecause !== undefined)(
  `groups and key pairs of others${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { sequential: true },
  () => {
    let world: SandboxWorld
    let groupId: string

    beforeAll(async () => {
      world = await startSandboxWorld('existing')
      const { client } = world
      const pair = generateOpensshKeyPair('somebody')
      const directory = join(world.env['HOME'] ?? '', '.ssh')
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      writeFileSync(join(directory, 'operators'), pair.privateKey, { mode: 0o600 })
      writeFileSync(join(directory, 'operators.pub'), `${pair.publicKey}\n`)
      await client.send(
        new ImportKeyPairCommand({ KeyName: 'operators', PublicKeyMaterial: Buffer.from(pair.publicKey) }),
      )
      const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags: [{ Key: 'tier', Value: 'door' }] }]
      const made = await client.send(
        new CreateSecurityGroupCommand({ GroupName: 'door', Description: 'door', TagSpecifications }),
      )
      groupId = made.GroupId ?? ''
      const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 65535, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
      await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }))
      world.write({ 'stack.yaml': stack(80) })
      await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    })
    afterAll(() => world?.remove())

    const inside = (server: string, script: string) =>
      world.run(['exec', '-f', 'stack.yaml', server, '--', 'sh', '-ec', script])
    const doorOf = async () => {
      const { SecurityGroups } = await world.client.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }))
      return SecurityGroups?.[0]
    }

    it('open the servers, and are left as they were', async () => {
      expect((await expectSuccess(inside('open', 'whoami'))).stdout).toBe('admin\n')
      await expectExit(world.run(['plan', 'stack.yaml', '--detailed-exitcode']), 0)
      expect((await doorOf())?.Tags).toEqual([{ Key: 'tier', Value: 'door' }])
      const { KeyPairs } = await world.client.send(new DescribeKeyPairsCommand({}))
      expect(KeyPairs?.map(({ KeyName, Tags }) => [KeyName, Tags ?? []])).toEqual([['operators', []]])
    })

    it('are where a way out leads, and nowhere else does one', async () => {
      const { servers } = JSON.parse((await expectSuccess(world.run(['show', 'stack.yaml', '--json']))).stdout) as {
        readonly servers: readonly { readonly address: string; readonly privateIp: string }[]
      }
      const open = servers.find(({ address }) => address === 'server.open')?.privateIp ?? ''
      const knock = `timeout 3 bash -c '</dev/tcp/${open}/22' 2>/dev/null && echo reached || echo shut`
      expect((await expectSuccess(inside('tight', knock))).stdout).toBe('shut\n')
      world.write({ 'stack.yaml': stack(22) })
      await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
      expect((await expectSuccess(inside('tight', knock))).stdout).toBe('reached\n')
    })

    it('stay where they are when everything goes', async () => {
      await expectSuccess(world.run(['destroy', 'stack.yaml', '--yes']))
      expect(await doorOf()).toBeDefined()
      const { KeyPairs } = await world.client.send(new DescribeKeyPairsCommand({}))
      expect(KeyPairs?.map(({ KeyName }) => KeyName)).toEqual(['operators'])
    })
  },
)
