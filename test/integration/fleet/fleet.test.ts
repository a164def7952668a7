import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHmac } from 'node:crypto'
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withLock } from '../../../src/app/lock/with-lock.js'
import { openSession } from '../../../src/app/session.js'
import { readStackFile } from '../../../src/app/stack-file.js'
import { beginRound } from '../../../src/fleet/embedded/round-journal.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { cleanEnvironment, mainPath } from '../../support/evenkeel.js'
import { onTerminal } from '../../support/pseudo-terminal.js'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { expectToFit } from '../../support/schemas.js'
import { image } from '../../support/stacks.js'

const stackOf = (name: string, size = 1) =>
  `evenkeel: 1
stack: ${name}
target: sandbox
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
volumes:
  data: { count: 1, zone: us-east-1a, size: ${size}, fstype: raw }
`.replace('count: 1, ', '')

const secret = 'hunter2-is-no-password'

const secretive = `evenkeel: 1
stack: secretive
target: sandbox
variables:
  token: { sensitive: true }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, userData: "#!/bin/sh\\necho \${var.token}\\n" }
`

interface Report {
  readonly round: string
  readonly stacks: readonly {
    id: string
    report: {
      state: string
      exitCode: number
      errorCode: string | null
      lockedBy: string | null
      plan: string | null
      words: string
      text: string
    } | null
  }[]
}

interface Heard {
  readonly event: string
  readonly stack: string
  readonly signature: string | undefined
  readonly body: string
}

describe('a fleet on one machine', () => {
  let world: SandboxWorld
  let listener: Server
  const heard: Heard[] = []

  beforeAll(async () => {
    world = await startSandboxWorld('fleet', ['--hosts', 'none'])
    listener = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        const { event, stack } = JSON.parse(body) as Heard
        heard.push({ event, stack, body, signature: request.headers['x-evenkeel-signature'] as string | undefined })
        response.writeHead(204).end()
      })
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as AddressInfo
    world.write({
      'fleet.yaml': `evenkeel: 1
fleet: music
stacks:
  - files: ["stacks/**/*.stack.yaml"]
overrides:
  - match: stacks/hands-off/**
    apply: never
notifications:
  - on: [drift, failed, applied, recovered]
    webhook: http://127.0.0.1:${port}/hook
    secret: { env: HOOK_KEY }
  - on: [drift]
    command: [sh, -c, "cat >> told.txt"]
`,
      'stacks/prod/calm.stack.yaml': stackOf('calm'),
      'stacks/prod/moved.stack.yaml': stackOf('moved'),
      'stacks/dev/shared.stack.yaml': stackOf('shared'),
    })
  })
  afterAll(async () => {
    listener?.close()
    await world?.remove()
  })

  const env = { EVENKEEL_VAR_token: secret, HOOK_KEY: 'hook-key-of-the-test' }

  async function fleet(exitCode: number, ...words: readonly string[]): Promise<Report> {
    const { stdout } = await expectExit(world.run(['fleet', ...words, '--json'], { env }), exitCode)
    const parsed = JSON.parse(stdout) as Report
    expectToFit('fleet-report', parsed)
    return parsed
  }
  const statesOf = ({ stacks }: Report) =>
    Object.fromEntries(stacks.map(({ id, report }) => [id.replace(/.*\/|\.stack\.yaml/g, ''), report?.state]))
  const eventsOf = () =>
    heard.splice(0).map(({ event, stack }) => `${event} ${stack.replace(/.*\/|\.stack\.yaml/g, '')}`)

  async function moveRule(stack: string, isBack = false): Promise<void> {
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({ Filters }))
    const GroupId = SecurityGroups[0]?.GroupId ?? ''
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 23, ToPort: 23, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }]
    if (isBack) await world.client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
    else await world.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  }

  it('is planned, applied and in sync, stack by stack, in one report', async () => {
    const plans = await fleet(0, 'plan')
    expect(statesOf(plans)).toEqual({ shared: 'pending', calm: 'pending', moved: 'pending' })
    await fleet(2, 'plan', '--detailed-exitcode')
    const refused = await expectExit(world.run(['fleet', 'apply'], { env }), 1)
    expect(refused.stderr).toContain('[NOT_CONFIRMED]')
    expect(refused.stdout).toContain('3 stacks to apply:')
    const left = await onTerminal(
      [process.execPath, mainPath, 'fleet', 'apply'],
      { cwd: world.directory, env: cleanEnvironment({ ...world.env, ...env }) },
      [['Apply to 3 stacks: 6 to create? Only "yes" is taken for a yes: ', '\u0004']],
    )
    expect(left).toMatchObject({ exitCode: 1, text: expect.stringContaining('Nothing was done.') as string })
    const { stdout } = await expectSuccess(world.run(['fleet', 'apply', '--yes'], { env }))
    // Each plan once, in front of all, and what came of each behind.
    const told = ['+ volume.data', 'Apply complete:', 'in-sync  applied: 2 to create'].map((words) =>
      stdout.split(words),
    )
    expect(told.map((parts) => parts.length - 1)).toEqual([3, 3, 3])
    expect(eventsOf().sort()).toEqual(['applied calm', 'applied moved', 'applied shared'])
    expect(statesOf(await fleet(0, 'drift'))).toEqual({ shared: 'in-sync', calm: 'in-sync', moved: 'in-sync' })
    const nothing = await expectSuccess(world.run(['fleet', 'apply', '--yes'], { env }))
    expect(nothing.stderr).toContain('Nothing to apply')
    expect(nothing.stderr).toContain("The override of stacks/hands-off/** fits none of the fleet's 3 stacks.")
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    expect(Volumes).toHaveLength(3)
  })

  it('says drift once, and once that it is over', async () => {
    await moveRule('moved')
    expect(statesOf(await fleet(2, 'drift'))).toEqual({ shared: 'in-sync', calm: 'in-sync', moved: 'drift' })
    await fleet(2, 'drift')
    expect(heard[0]?.signature).toBe(
      `sha256=${createHmac('sha256', env.HOOK_KEY)
        .update(heard[0]?.body ?? '')
        .digest('hex')}`,
    )
    expect(eventsOf()).toEqual(['drift moved'])
    const told = readFileSync(join(world.directory, 'told.txt'), 'utf8').trim().split('\n')
    expect(told.map((line) => JSON.parse(line) as object)).toMatchObject([
      { formatVersion: 1, event: 'drift', fleet: 'music', stack: 'stacks/prod/moved.stack.yaml', state: 'drift' },
    ])
    await moveRule('moved', true)
    await fleet(0, 'drift')
    await fleet(0, 'drift')
    expect(eventsOf()).toEqual(['recovered moved'])
  })

  it('has a stack with a mistake, a locked and a drifted one, of which none hides another', async () => {
    world.write({
      'stacks/dev/broken.stack.yaml': 'evenkeel: 1\nstack: broken\nsevers: {}\n',
      'stacks/dev/shared.stack.yaml': stackOf('shared', 2),
    })
    await moveRule('moved')
    const plans = await fleet(1, 'plan')
    expect(statesOf(plans)).toEqual({ broken: 'failed', shared: 'pending', calm: 'in-sync', moved: 'pending' })
    expect(plans.stacks[0]?.report).toMatchObject({ errorCode: 'SPEC_UNKNOWN_KEY', words: '1 mistake in the file' })
    const file = readStackFile(join(world.directory, 'stacks/dev/shared.stack.yaml'), { environment: {} })
    const session = await openSession(file, { sandboxDir: world.env['EVENKEEL_SANDBOX_DIR'] })
    try {
      await withLock(session, {}, async () => {
        const applied = await fleet(6, 'apply', '--yes')
        expect(statesOf(applied)).toEqual({ shared: 'locked', moved: 'in-sync' })
        expect(applied.stacks[0]?.report).toMatchObject({
          errorCode: 'LOCKED',
          lockedBy: expect.stringContaining(`pid ${process.pid}`) as string,
        })
      })
    } finally {
      await session.close()
    }
    expect(statesOf(await fleet(0, 'apply', '--yes'))).toEqual({ shared: 'in-sync' })
    expect(statesOf(await fleet(1, 'drift'))).toEqual({
      broken: 'failed',
      shared: 'in-sync',
      calm: 'in-sync',
      moved: 'in-sync',
    })
    world.write({ 'stacks/dev/broken.stack.yaml': stackOf('broken') })
    expect(statesOf(await fleet(3, 'drift', '--only', '**/broken.*'))).toEqual({ broken: 'pending' })
    expect(eventsOf()).toEqual(['failed broken', 'applied moved', 'applied shared', 'recovered broken'])
  })

  it('refuses a stale plan, what is never applied, and a pattern that fits nothing', async () => {
    world.write({
      'stacks/hands-off/mine.stack.yaml': stackOf('mine'),
      'stacks/prod/calm.stack.yaml': stackOf('calm', 2),
    })
    await fleet(0, 'plan')
    world.write({ 'stacks/prod/calm.stack.yaml': stackOf('calm', 3) })
    const stale = await fleet(5, 'apply', '--yes', '--only', 'stacks/prod/calm.stack.yaml')
    expect(stale.stacks[0]?.report).toMatchObject({ errorCode: 'PLAN_STALE', state: 'failed' })
    const never = await fleet(1, 'apply', '--yes', '--only', 'stacks/hands-off/**')
    expect(never.stacks[0]?.report).toMatchObject({ errorCode: 'FLEET_APPLY_NEVER' })
    const shown = await expectExit(world.run(['fleet', 'apply', '--yes', '--only', 'stacks/hands-off/**'], { env }), 1)
    expect(shown.stdout).toContain('It is refused: the fleet never applies it.')
    const unfit = await expectExit(world.run(['fleet', 'drift', '--only', 'stacks/x/**'], { env }), 1)
    expect(unfit.stderr).toContain('[FLEET_STACK_UNKNOWN]')
    const nothing = await expectExit(world.run(['fleet', 'drift', '--resume'], { env }), 1)
    expect(nothing.stderr).toContain('[FLEET_NOTHING_TO_RESUME]')
    const round = newRound()
    const jobs = ['stacks/prod/gone.stack.yaml', 'stacks/prod/moved.stack.yaml'].map((id) =>
      newJob({ id, commit: undefined }, { fleet: 'music', round, kind: 'drift' }),
    )
    beginRound(join(world.directory, 'state/evenkeel/fleets/music/rounds'), { round, kind: 'drift', jobs })
    const resumed = await fleet(1, 'drift', '--resume')
    expect(resumed.stacks.map(({ id, report }) => [id, report?.errorCode])).toEqual([
      ['stacks/prod/gone.stack.yaml', 'FLEET_STACK_UNKNOWN'],
      ['stacks/prod/moved.stack.yaml', null],
    ])
    const [calm, quiet] = ['calm', 'quiet'].map((name) => join(world.directory, `stacks/prod/${name}.stack.yaml`))
    if (calm && quiet) renameSync(calm, quiet)
    const renamed = await world.run(['fleet', 'apply'], { env })
    expect(renamed.stderr).toContain('The saved plan of stacks/prod/calm.stack.yaml is passed over')
    if (calm && quiet) renameSync(quiet, calm)
    expect((await world.run(['fleet', 'apply'], { env })).stderr).not.toContain('passed over')
    world.write({ 'stacks/prod/calm.stack.yaml': stackOf('calm') })
  })

  it('is shown as it was last seen, by account and environment, without asking EC2', async () => {
    const gone = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', EVENKEEL_SANDBOX_DIR: join(world.directory, 'nowhere') }
    const { stdout } = await expectSuccess(world.run(['fleet', 'status', '--json'], { env: gone }))
    const status = JSON.parse(stdout) as { stacks: { id: string; environment: string; state: string | null }[] }
    expectToFit('fleet-status', status)
    expect(status.stacks.find(({ id }) => id.includes('moved'))).toMatchObject({
      environment: 'prod',
      state: 'in-sync',
    })
    const shown = await expectSuccess(world.run(['fleet', 'status'], { env: gone }))
    expect(shown.stdout).toMatch(/^sandbox us-east-1\n( {2}dev .*\n)+ {2}hands-off .*\n( {2}prod .*\n)+/m)
    expect(shown.stdout).toMatch(/prod +stacks\/prod\/moved.stack.yaml +in-sync +just now /)
  })

  it('writes nothing secret down', async () => {
    world.write({ 'stacks/dev/secretive.stack.yaml': secretive })
    const only = ['--only', '**/secretive.*']
    await fleet(0, 'plan', ...only)
    const applied = await fleet(0, 'apply', '--yes', ...only)
    expect(statesOf(applied)).toEqual({ secretive: 'in-sync' })
    await fleet(0, 'drift', ...only)
    expect(JSON.stringify(applied)).not.toContain(secret)
    const files = readdirSync(join(world.directory, 'state'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    )
    expect(files.length).toBeGreaterThan(10)
    for (const entry of files) expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toContain(secret)
  })

  it('knows nothing any more, and goes on, where what was seen is damaged', async () => {
    const folder = join(world.directory, 'state/evenkeel/fleets/music/reports')
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"formatVersion":1,')
    const { stdout } = await expectSuccess(world.run(['fleet', 'status'], { env }))
    expect(stdout).toContain('6 unseen')
    await fleet(3, 'drift')
  })
})
