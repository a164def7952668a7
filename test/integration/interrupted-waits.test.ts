import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { DescribeInstancesCommand, DescribeVolumesModificationsCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onTerminal } from '../support/pseudo-terminal.js'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { image } from '../support/stacks.js'

const main = join(root, 'dist/cli/main.js')
const ctrlC = '\u0003'

const stackOf = (sizeGiB: number, ...servers: readonly string[]) => `
evenkeel: 1
stack: waits
target: sandbox
servers:
${servers.map((name) => `  ${name}: { image: ${image}, type: t3.small, zone: us-east-1a }`).join('\n')}
volumes:
  data: { zone: us-east-1a, size: ${sizeGiB} }
`

/** A world without hosts at EC2's latencies, and what its tests do in it. */
function worldOf(name: string, ...up: readonly string[]) {
  const here = { world: undefined as unknown as SandboxWorld }
  beforeAll(async () => {
    here.world = await startSandboxWorld(name, ['--hosts', 'none', '--latencies', 'real', ...up])
    here.world.write({ 'stack.yaml': stackOf(10, 'web') })
  })
  afterAll(() => here.world?.remove())
  const place = () => ({ cwd: here.world.directory, env: { ...process.env, ...here.world.env } })

  return Object.assign(here, {
    async instances(): Promise<readonly string[]> {
      const { Reservations = [] } = await here.world.client.send(new DescribeInstancesCommand({}))
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name ?? '')).sort()
    },
    async modifications(): Promise<readonly string[]> {
      const { VolumesModifications = [] } = await here.world.client.send(new DescribeVolumesModificationsCommand({}))
      return VolumesModifications.map(({ ModificationState = '' }) => ModificationState)
    },
    onTerminal: (words: readonly string[], shown: string, typed: () => Promise<string>) =>
      onTerminal([process.execPath, main, ...words], place(), [[shown, typed]]),
    /** A command beside others; `said` resolves when it has printed this. */
    beside(...words: readonly string[]) {
      const child = spawn(process.execPath, [main, ...words], { ...place(), stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part))
      const said = (wanted: string) => until(() => text.includes(wanted) || child.exitCode !== null)
      return { child, said, ended: once(child, 'close').then(([status]) => ({ status: status as unknown, text })) }
    },
    async converge() {
      await expectSuccess(here.world.run(['apply', '--yes']))
      await expectExit(here.world.run(['plan', '--detailed-exitcode']), 0)
    },
  })
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50)
}

/** An instance is pending for 8 s, a volume modified for 5 s, and after an interruption the next run listens for 20 s: far longer than it takes to leave. */
describe('a wait', () => {
  const place = worldOf('waits')
  const { instances, modifications, beside, converge } = place

  it('for an instance to run ends with Ctrl-C', async () => {
    const { exitCode, text } = await place.onTerminal(['apply', '--yes'], 'launching', async () => {
      await until(async () => (await instances()).includes('pending'))
      return ctrlC
    })
    expect(await instances()).toEqual(['pending'])
    expect(exitCode).toBe(130)
    expect(stripVTControlCharacters(text)).toMatch(/^Apply interrupted: .*[^]*goes on from here\./m)
  })

  it('for a lock ends with Ctrl-C, and one for a quiet world with SIGTERM, which lets the lock go', async () => {
    const holder = beside('apply', '--yes')
    await until(async () => (await place.world.run(['lock', 'show'])).stdout.includes(`pid ${holder.child.pid}`))
    const patient = ['apply', '--yes', '--lock-timeout', '10m']
    const { exitCode, text } = await place.onTerminal(patient, 'Waiting for it to end', () => Promise.resolve(ctrlC))
    expect(holder.child.exitCode).toBe(null)
    expect(exitCode).toBe(130)
    expect(stripVTControlCharacters(text).trimEnd()).toMatch(/Waiting for it to end\.\s*(\^C)?$/)
    holder.child.kill('SIGTERM')
    expect(await holder.ended).toMatchObject({ status: 130, text: expect.not.stringContaining('Plan:') })
    expect((await place.world.run(['lock', 'show'])).stdout).toContain('Nobody holds')
    await converge()
  })

  it('for the change of a volume ends with SIGTERM, and the next apply relies on that very change', async () => {
    place.world.write({ 'stack.yaml': stackOf(20, 'web', 'db') })
    const apply = beside('apply', '--yes')
    await apply.said('run ')
    await until(async () => (await modifications()).includes('modifying') && (await instances()).includes('pending'))
    apply.child.kill('SIGTERM')
    const ended = await apply.ended
    expect([await modifications(), await instances()]).toEqual([['modifying'], ['pending', 'running']])
    expect(ended).toMatchObject({
      status: 130,
      text: expect.stringMatching(/Apply interrupted: .*[^]*goes on from here\./),
    })
    await converge()
    expect(await modifications()).toHaveLength(1)
  })

  it.each([
    ['by itself', undefined, 1, ['third']],
    ['with SIGTERM', 'SIGTERM', 130, ['third', 'fourth']],
  ] as const)('ends when the sandbox has: %s', async (_, signal, status, more) => {
    await expectSuccess(place.world.run(['sandbox', 'up', '--hosts', 'none', '--latencies', 'real']))
    place.world.write({ 'stack.yaml': stackOf(20, 'web', 'db', ...more) })
    const apply = beside('apply', '--yes')
    await apply.said('run ')
    await until(async () => (await instances()).includes('pending'))
    await expectSuccess(place.world.run(['sandbox', 'down']))
    if (signal) apply.child.kill(signal)
    expect(await apply.ended).toMatchObject({ status, text: expect.stringContaining('[EC2_UNREACHABLE]') })
  })
})

describe('an apply beside a destroy', () => {
  const place = worldOf('beside', '--clock', '5x')
  const { instances, beside, converge } = place

  it('exits with 6, or waits for it to end and makes everything anew', async () => {
    await converge()
    const destroy = beside('destroy', '--yes')
    await until(async () => (await instances()).includes('shutting-down'))
    const refused = await expectExit(place.world.run(['apply', '--yes']), 6)
    expect(refused.stderr).toContain(`pid ${destroy.child.pid}`)
    const patient = place.world.run(['apply', '--yes', '--lock-timeout', '10m'])
    expect(await destroy.ended).toMatchObject({ status: 0 })
    expect((await expectSuccess(patient)).stdout).toMatch(/^Apply complete/m)
    expect(await instances()).toEqual(['running', 'terminated'])
    await expectExit(place.world.run(['plan', '--detailed-exitcode']), 0)
  })
})
