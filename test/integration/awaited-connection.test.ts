import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, noHostsBecause, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { image } from '../support/stacks.js'

/** Its server's door is open to others alone: it is waited for, for minutes. */
const mute = `
evenkeel: 1
stack: mute
target: sandbox
securityGroups:
  shut: { ingress: [{ protocol: tcp, port: 22, from: 192.0.2.0/24 }] }
servers:
  web: { image: ${image}, type: t3.small, securityGroups: [shut], setup: ["true"] }
`

describe.skipIf(noHostsBecause !== undefined)('a connection that is waited for', () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('awaited')
    world.write({ 'stack.yaml': mute })
  })
  afterAll(() => world?.remove())

  /** An apply that has come so far that it waits for its server to answer. */
  async function waitingApply() {
    const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'apply', '--yes', '--lock-timeout', '30s'], {
      cwd: world.directory,
      env: { ...process.env, ...world.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const told = textOf(child.stderr)
    const ended = once(child, 'close')
    while (!(await hasPinnedKey()) && child.exitCode === null) await sleep(100)
    return { child, ended, told }
  }

  // The key is pinned right before the first connection.
  async function hasPinnedKey(): Promise<boolean> {
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
    return instances.some(
      ({ State, Tags }) => State?.Name === 'running' && Tags?.some(({ Key }) => Key === 'evenkeel:host-key'),
    )
  }

  it('ends with SIGTERM, and the lock is let go: a destroy right after it ends too', async () => {
    const { child, ended } = await waitingApply()
    child.kill('SIGTERM')
    expect(await ended).toEqual([130, null])
    await expectExit(world.run(['destroy', '--yes']), 0)
  }, 180_000)

  it('ends with an error when the sandbox does', async () => {
    const { ended, told } = await waitingApply()
    await expectExit(world.run(['sandbox', 'down']), 0)
    expect(await ended).toEqual([1, null])
    expect(await told).toContain('cannot reach http')
  }, 180_000)
})
