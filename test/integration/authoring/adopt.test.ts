import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DeleteLaunchTemplateCommand,
  DeleteTagsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeTagsCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../../support/sandbox-world.js'
import { image } from '../../support/stacks.js'

const old = `evenkeel: 1
stack: old
target: sandbox
keyPairs: { login: { publicKey: ./id.pub } }
securityGroups:
  web: { description: web, ingress: [{ port: 22, from: 0.0.0.0/0 }, { port: 80-81, from: securityGroup.web }] }
servers: { web: { image: ${image}, type: t3.small, keyPair: login, securityGroups: [web] } }
volumes: { data: { server: web, size: 1, mount: /srv/data, label: music } }
`

/** Takes every tag and the ledger away: what is left was made by nobody's stack. */
async function forgotten({ client }: SandboxWorld): Promise<ReadonlyMap<string, string>> {
  const { Tags = [] } = await client.send(new DescribeTagsCommand({}))
  const ids = new Map<string, string>()
  for (const { ResourceId = '', ResourceType = '', Key } of Tags) {
    if (ResourceType !== 'launch-template') {
      if (ResourceType !== 'volume' || Key === 'evenkeel:address') ids.set(ResourceType, ResourceId)
      await client.send(new DeleteTagsCommand({ Resources: [ResourceId], Tags: [{ Key }] }))
    }
  }
  const { LaunchTemplates = [] } = await client.send(new DescribeLaunchTemplatesCommand({}))
  for (const { LaunchTemplateId } of LaunchTemplates) {
    await client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }))
  }
  return ids
}

describe.skipIf(noHostsBecause !== undefined)('evenkeel adopt', () => {
  let world: SandboxWorld
  let ids: ReadonlyMap<string, string>
  beforeAll(async () => {
    world = await startSandboxWorld('adopt')
    world.write({ 'old.yaml': old })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(world.directory, 'id')])
    await expectSuccess(world.run(['apply', 'old.yaml', '--yes']))
    await expectSuccess(
      world.run(['exec', '-f', 'old.yaml', 'server.web', '--', 'sudo', 'sh', '-c', 'echo kept > /srv/data/file']),
    )
    ids = await forgotten(world)
  })
  afterAll(() => world?.remove())

  const adopt = (...args: readonly string[]) => world.run(['adopt', '--target', 'sandbox', '--stack', 'found', ...args])

  it('writes a stack file that plans tags alone, and is empty once they are there; what is on the volume stays', async () => {
    const { stdout } = await expectSuccess(adopt(ids.get('instance') ?? '', '--key', './id.pub', '-o', 'found.yaml'))
    expect(stdout).toContain('evenkeel plan found.yaml')
    await expectSuccess(world.run(['fmt', '--check', 'found.yaml']))
    const text = readFileSync(join(world.directory, 'found.yaml'), 'utf8')
    expect(text).toContain('mount: /srv/data')
    const plan = JSON.parse((await expectSuccess(world.run(['plan', 'found.yaml', '--json']))).stdout) as {
      readonly changes: readonly { readonly address: string; readonly kind: string }[]
      readonly steps: readonly { readonly kind: string }[]
    }
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['adopt', 'adopt', 'adopt', 'adopt'])
    const kinds = new Set(plan.steps.map(({ kind }) => kind))
    expect(
      [...kinds].filter((kind) => /create|delete|terminate|format|filesystem|revoke|authorize/.test(kind)),
    ).toEqual([])
    await expectSuccess(world.run(['apply', 'found.yaml', '--yes']))
    await expectSuccess(world.run(['plan', 'found.yaml', '--detailed-exitcode']))
    await expectSuccess(world.run(['drift', 'found.yaml']))
    const server = /^ {2}(\S+):\n {4}instanceId/m.exec(text)?.[1] ?? ''
    const found = await expectSuccess(
      world.run(['exec', '-f', 'found.yaml', `server.${server}`, '--', 'sh', '-c', 'cat /srv/data/file']),
    )
    expect(found.stdout).toContain('kept')
  })

  it('leaves out what belongs to a stack, and writes over nothing', async () => {
    const { stderr } = await expectExit(adopt(ids.get('instance') ?? ''), 1)
    expect(stderr).toContain('ADOPT_NOTHING')
    expect(stderr).toContain('belongs to the stack found')
  })
})
