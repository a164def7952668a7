import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const commands = ['validate', 'plan', 'apply', 'drift', 'destroy', 'show', 'exec', 'sandbox', 'schema'] as const

describe('the command line', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect((await expectSuccess(runEvenkeel(['--version']))).stdout).toBe(`${version}\n`)
  })

  it('lists every command in its help', async () => {
    const { stdout } = await expectSuccess(runEvenkeel(['--help']))
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each(commands)('%s has help with examples', async (command) => {
    const { stdout } = await expectSuccess(runEvenkeel([command, '--help']))
    expect(stdout).toMatch(new RegExp(`^Usage: evenkeel ${command}`))
    expect(stdout).toMatch(/^Examples:\n {2}\S*.*evenkeel/m)
  })

  it.each([[['nonsense']], [['plan', '--nonsense']], [['plan', '--var', 'novalue']], [['exec', 'web', '--']]])(
    'refuses %j',
    async (args) => {
      const { stderr } = await expectExit(runEvenkeel(args), 1)
      expect(stderr).toMatch(/^evenkeel: .+ \[USAGE\]$/m)
    },
  )

  it.each([
    ['stack', []],
    ['stack-part', ['--part']],
    ['fleet', ['--fleet']],
  ])('prints the schema of a %s that is published', async (name, options) => {
    const { stdout } = await expectSuccess(runEvenkeel(['schema', ...options]))
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(root, `schema/${name}.schema.json`), 'utf8')))
  })

  it('is content when nobody reads to the end', async () => {
    const main = join(root, 'dist/cli/main.js')
    const { stderr } = await promisify(execFile)('sh', ['-c', `"${process.execPath}" "${main}" schema | head -c 1`])
    expect(stderr).toBe('')
  })
})

describe('the progress window', () => {
  it('is no higher for 1,000 steps than for 250', async () => {
    const { path, remove } = temporaryDirectory('progress')
    try {
      writeFileSync(join(path, 'run.mjs'), manySteps(join(root, 'dist/report/progress/progress.js')))
      const shown = async (count: number) => {
        const { stdout } = await promisify(execFile)(
          'script',
          ['-qec', `stty cols 100 rows 30; "${process.execPath}" "${join(path, 'run.mjs')}" ${count}`, '/dev/null'],
          { maxBuffer: 64 << 20 },
        )
        expect(stdout).toContain(`of ${count} steps`)
        expect(stdout).toContain(`volume.v${count - 1}`)
        // What is drawn over is as high as the window was.
        // oxlint-disable-next-line no-control-regex -- the terminal's own
        const heights = [...stdout.matchAll(/(?:\u001B\[2K\u001B\[1A)+/g)].map(([erased]) => erased.length / 8)
        return Math.max(...heights)
      }
      const [few, many] = [await shown(250), await shown(1_000)]
      // With a task a step it was as high as there are steps, and drawing it took time by the square.
      expect(few).toBeGreaterThan(10)
      expect(many).toBe(few)
    } finally {
      remove()
    }
  })
})

describe.skipIf(noHostsBecause !== undefined)(`a run${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('command-line')
    world.write({ 'stack.yaml': stackFile('main', 1), 'other.yaml': stackFile('other', 2) })
  })
  afterAll(() => world?.remove())

  it('tells its steps as JSON lines, the last of which is the result', async () => {
    const { stdout, stderr } = await expectSuccess(world.run(['apply', 'stack.yaml', '--yes', '--json']))
    const lines = stdout.trim().split('\n')
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events[0]).toMatchObject({ formatVersion: 1, event: 'run-started', stack: 'main' })
    expect(events.some(({ event, line }) => event === 'step-output' && line === 'set up')).toBe(true)
    expect(events.at(-1)).toMatchObject({ event: 'result', status: 'converged', summary: { failed: 0, blocked: 0 } })
    expect(stderr).toContain('to create')
  })

  it('plans with a look into servers, and sends no mutating call', async () => {
    // The daemon is this file's own, and the tests run one after the other: whatever is sent is sent by them.
    const mutating = async () => {
      const response = await fetch(`${world.endpoint}/_evenkeel/requests`)
      const requests = (await response.json()) as { action: string; mutating: boolean }[]
      return requests.filter((request) => request.mutating).map(({ action }) => action)
    }
    const before = await mutating()
    // The apply before has sent some: they can be seen.
    expect(before).toEqual(expect.arrayContaining(['RunInstances', 'AttachVolume']))
    await expectSuccess(world.run(['show', 'stack.yaml']))
    world.write({ 'grown.yaml': stackFile('main', 2) })
    await expectExit(world.run(['plan', 'grown.yaml', '--detailed-exitcode']), 2)
    await expectSuccess(world.run(['drift', 'stack.yaml']))
    expect(await mutating()).toEqual(before)
  })

  it('passes output and exit status of a command through', async () => {
    const { stdout, stderr } = await expectExit(
      world.run(['exec', '-f', 'stack.yaml', 'server.web', '--', 'sh', '-c', 'echo out; echo "to err" >&2; exit 7']),
      7,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'out\n', stderr: 'to err\n' })
    const json = await expectSuccess(world.run(['exec', '-f', 'stack.yaml', 'web', '--', 'findmnt', '-J', '/srv/data']))
    expect(JSON.parse(json.stdout)).toMatchObject({ filesystems: [{ target: '/srv/data' }] })
  })

  it("enters servers with the system's ssh, by its own word and by a configuration, and by a volume's name", async () => {
    const main = join(root, 'dist/cli/main.js')
    const words = [main, 'ssh', '-f', 'stack.yaml', 'web', '--', 'findmnt -no TARGET /srv/data; exit 7']
    // A process of its own: ssh gets its very streams.
    const found = await promisify(execFile)(process.execPath, words, {
      cwd: world.directory,
      env: { ...process.env, ...world.env },
    }).catch((error: unknown) => error as { code: number; stdout: string })
    expect(found).toMatchObject({ code: 7 })
    expect(found.stdout).toBe('/srv/data\n')
    const { stdout: text } = await expectSuccess(world.run(['ssh-config', 'stack.yaml']))
    world.write({ 'hosts.conf': text })
    const ssh = promisify(execFile)('ssh', ['-F', 'hosts.conf', '-o', 'BatchMode=yes', 'main-web', 'whoami'], {
      cwd: world.directory,
    })
    expect((await ssh).stdout).toBe('admin\n')
    const mounted = await expectSuccess(
      world.run(['exec', '-f', 'stack.yaml', 'volume.data', '--', 'findmnt', '-no', 'TARGET', '/srv/data']),
    )
    expect(mounted.stdout).toBe('/srv/data\n')
    const gone = await expectExit(world.run(['exec', '-f', 'other.yaml', 'web', '--', 'true']), 1)
    expect(gone.stderr).toContain('server.web does not exist. `evenkeel apply` makes it')
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves nothing of ssh on this machine at %s', async (signal) => {
    const { path, remove } = temporaryDirectory('ssh-end')
    try {
      const words = [join(root, 'dist/cli/main.js'), 'ssh', '-f', 'stack.yaml', 'web', '--', 'echo in; sleep 600']
      const child = spawn(process.execPath, words, {
        cwd: world.directory,
        env: { ...process.env, ...world.env, TMPDIR: path },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(child, 'exit')
      await once(child.stdout, 'data')
      expect(readdirSync(path)).toHaveLength(1)
      child.kill(signal)
      expect(await ended).toEqual(signal === 'SIGTERM' ? [255, null] : [null, 'SIGKILL'])
      await expect.poll(() => readdirSync(path), { timeout: 10_000 }).toEqual([])
    } finally {
      remove()
    }
  })

  it('ends a copy by hand with 130 on Ctrl-C, and says no more of it', async () => {
    await expectSuccess(world.run(['exec', '-f', 'stack.yaml', 'web', '--', 'truncate', '-s', '16G', '/tmp/large']))
    const { path, remove } = temporaryDirectory('interrupted-copy')
    try {
      const words = [join(root, 'dist/cli/main.js'), 'get', '-f', 'stack.yaml', 'web:/tmp/large', `${path}/`]
      const child = spawn(process.execPath, words, { cwd: world.directory, env: { ...process.env, ...world.env } })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
      const ended = once(child, 'close')
      await expect.poll(() => readdirSync(path), { timeout: 60_000 }).toHaveLength(1)
      child.kill('SIGINT')
      expect(await ended).toEqual([130, null])
      expect(said).not.toMatch(/broke|rsync/)
    } finally {
      remove()
    }
  })

  it('ends with 130 on Ctrl-C, at once on the second, and the next apply goes on', async () => {
    let asked = 0
    const interrupted = await world.run(['apply', 'other.yaml', '--yes'], {
      onStderr: (text, kill) => {
        if (asked === 0 && text.includes('… done')) {
          asked = 1
          kill('SIGINT')
        }
      },
    })
    expect(interrupted).toMatchObject({ exitCode: 130 })
    expect(interrupted.stderr).toMatch(/interrupted: waiting for \d+ steps? in flight/)
    expect(interrupted.stdout).toMatch(/^Apply interrupted: /m)

    const left = await world.run(['apply', 'other.yaml', '--yes'], {
      onStderr: (text, kill) => {
        if (text.includes('run ') || text.includes('interrupted')) kill('SIGINT')
      },
    })
    expect(left).toMatchObject({ exitCode: 130 })
    expect(left.stdout).not.toMatch(/^Apply complete/m)

    await expectSuccess(world.run(['apply', 'other.yaml', '--yes']))
    await expectSuccess(world.run(['plan', 'other.yaml', '--detailed-exitcode']))
  })
})

function stackFile(stack: string, size: number): string {
  return `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, setup: ['echo set up'] }
volumes:
  data: { server: web, size: ${size}, mount: /srv/data }
`
}

/** A program that shows as many steps as it is told, 24 at a time. */
function manySteps(progressPath: string): string {
  return `
import { createProgress } from ${JSON.stringify(progressPath)}
const steps = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  id: 'create-volume:volume.v' + index, kind: 'create-volume', address: 'volume.v' + index, needs: [], impact: 'none',
}))
const progress = await createProgress('terminal', { stdout: process.stdout, stderr: process.stderr, color: true })
progress.sink({ kind: 'run-started', at: Date.now(), run: 'test', plan: { steps } })
const queue = steps.values()
async function worker() {
  for (const step of queue) {
    progress.sink({ kind: 'step-started', at: Date.now(), step })
    for (const percent of [10, 40, 70]) {
      progress.sink({ kind: 'step-progress', at: Date.now(), stepId: step.id, fraction: percent / 100, text: percent + '%' })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    progress.sink({ kind: 'step-finished', at: Date.now(), step, outcome: { kind: 'done' }, durationMs: 15 })
  }
}
await Promise.all(Array.from({ length: 24 }, worker))
await progress.close()
`
}
