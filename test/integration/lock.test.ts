import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEvenkeel, type CommandResult } from '../support/evenkeel.js'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

let world: SandboxWorld

beforeAll(async () => {
  world = await startSandboxWorld('lock', ['--hosts', 'none'])
  world.write({
    'stack.yaml': `
evenkeel: 1
stack: shared
target: sandbox
volumes:
  music: { size: 1, zone: us-east-1a }
  spare: { size: 1, zone: us-east-1a }
`,
  })
})
afterAll(() => world.remove())

interface Terminal {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly end: Promise<CommandResult>
}

/** An apply in a terminal of its own, as soon as it holds the lock: the endpoint answers its first volume late. */
async function applyingTerminal(): Promise<Terminal> {
  await control({ extraLatencyMs: { minimum: 400, maximum: 500 } })
  return new Promise((resolve) => {
    const end = runEvenkeel(['apply', '--yes'], {
      cwd: world.directory,
      env: world.env,
      onStderr: (text, kill) => {
        if (text.includes('steps')) resolve({ kill, end })
      },
    })
  })
}

async function control(faults: object): Promise<void> {
  const answer = await fetch(`${world.endpoint}/_evenkeel/faults`, { method: 'PUT', body: JSON.stringify(faults) })
  expect(answer.ok, await answer.text()).toBe(true)
}

describe('two terminals and one stack', () => {
  it('the second exits with 6 and names the first, which goes on', async () => {
    const first = await applyingTerminal()
    const shown = await expectSuccess(world.run(['lock', 'show', '--json']))
    const { lock } = JSON.parse(shown.stdout) as { lock: { run: string; liveness: string; holder: { pid: number } } }
    expect(lock.liveness).toBe('alive')
    const second = await expectExit(world.run(['apply', '--yes']), 6)
    expect(second.stderr).toContain(`pid ${lock.holder.pid}`)
    expect(second.stderr).toContain(lock.run)
    expect(second.stderr).toContain('[LOCKED]')
    await control({})
    expect((await first.end).exitCode).toBe(0)
    expect((await expectSuccess(world.run(['lock', 'show']))).stdout).toContain('Nobody holds')
    const journal = join(world.directory, 'state/evenkeel/runs/shared', `${lock.run}.jsonl`)
    expect(statSync(journal).mode & 0o777).toBe(0o600)
    expect(readFileSync(journal, 'utf8').trim().split('\n').at(-1)).toContain('"event":"result"')
    await expectSuccess(world.run(['destroy', '--yes']))
  })

  it('what a killed one has left keeps nobody waiting', async () => {
    const first = await applyingTerminal()
    first.kill('SIGKILL')
    await first.end
    await control({})
    expect((await expectSuccess(world.run(['lock', 'show']))).stdout).toContain('its process is gone')
    await expectSuccess(world.run(['apply', '--yes']))
    const { stdout } = await expectSuccess(world.run(['show', '--json']))
    expect((JSON.parse(stdout) as { volumes: readonly unknown[] }).volumes).toHaveLength(2)
    await expectSuccess(world.run(['destroy', '--yes']))
  })

  it('a lock that is broken stops who held it', async () => {
    const first = await applyingTerminal()
    const broken = await expectSuccess(world.run(['lock', 'break', '--yes']))
    expect(broken.stdout).toContain('The lock of shared is broken.')
    const runs = join(world.directory, 'state/evenkeel/runs/shared')
    expect(existsSync(runs) && readdirSync(runs).length).toBeGreaterThan(1)
    await control({})
    // It may have been done before it could notice; what it must not do is to keep others out.
    await first.end
    await expectSuccess(world.run(['apply', '--yes']))
    await expectSuccess(world.run(['destroy', '--yes']))
  })
})
