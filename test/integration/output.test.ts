import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onTerminal } from '../support/pseudo-terminal.js'
import { root } from '../support/source-tree.js'
import { expectExit, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const main = join(root, 'dist/cli/main.js')

/** What a shell makes of a line in which `evenkeel` is the built command line. */
async function shell(line: string, cwd: string, env: NodeJS.ProcessEnv) {
  const script = `evenkeel() { "${process.execPath}" "${main}" "$@"; }\n${line}`
  try {
    return { exitCode: 0, ...(await promisify(execFile)('bash', ['-c', script], { cwd, env, maxBuffer: 64 << 20 })) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { exitCode: code, stdout, stderr }
  }
}

describe('standard output', () => {
  let world: SandboxWorld
  const run = (line: string) => shell(line, world.directory, { ...process.env, ...world.env })

  beforeAll(async () => {
    world = await startSandboxWorld('output', ['--hosts', 'none'])
    world.write({ 'stack.yaml': stackFile('many', 300) })
  })
  afterAll(() => world?.remove())

  it('is whole, however slow its reader: 300 servers as JSON through a pipe of 64 KiB', async () => {
    const { stdout } = await run('set -o pipefail; evenkeel plan --json | (sleep 1; cat)')
    expect(stdout.length).toBeGreaterThan(4 * 65_536)
    expect((JSON.parse(stdout) as { changes: unknown[] }).changes).toHaveLength(302)
  })

  it.each(['plan', 'plan --json', '--help', '--version', 'drift'])(
    'is a failure with a reason when it cannot be written: %s',
    async (command) => {
      const { exitCode, stderr } = await run(`evenkeel ${command} > /dev/full`)
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('[OUTPUT_FAILED]') })
    },
  )

  it('may be closed by who reads it, without a word and with the status of the command', async () => {
    const { stdout, stderr } = await run(
      'evenkeel plan --json --detailed-exitcode | head -c 1; echo "${PIPESTATUS[0]}"',
    )
    expect(stderr).toBe('')
    expect(stdout).toBe('{2\n')
  })

  it('does not depend on standard error, nor does an apply', async () => {
    world.write({ 'one.yaml': stackFile('one', 1) })
    const closed = await run('evenkeel apply one.yaml --yes 2> >(true); echo "status $?"')
    expect(closed.stdout).toMatch(/Apply complete[^]*status 0/)
    // An apply whose reader is gone goes on, and ends.
    const cut = await run('evenkeel destroy one.yaml --yes --json | head -1; echo "${PIPESTATUS[0]}"')
    expect(cut.stdout).toMatch(/run-started[^]*\n0\n$/)
    expect((await run('evenkeel show one.yaml')).stdout).toContain('Nothing of this stack is live')
  })
})

describe('signals', () => {
  let world: SandboxWorld
  const env = () => ({ ...process.env, ...world.env })

  beforeAll(async () => {
    world = await startSandboxWorld('signals', ['--hosts', 'none'])
    world.write({ 'stack.yaml': stackFile('many', 40) })
  })
  afterAll(() => world?.remove())

  it('Ctrl-C at the question is 130, and nothing is done', async () => {
    const { exitCode, text } = await onTerminal(
      [process.execPath, main, 'apply'],
      { cwd: world.directory, env: env() },
      [['is taken for a yes', '\u0003']],
    )
    expect({ exitCode, text }).toMatchObject({ exitCode: 130, text: expect.stringContaining('[CANCELLED]') })
    await expectExit(world.run(['plan', '--detailed-exitcode']), 2)
  })

  it('a second Ctrl-C leaves at once, with the cursor shown and a last line', async () => {
    const status = JSON.parse((await world.run(['sandbox', 'status', '--json'])).stdout) as { readonly pid: number }
    // Whatever is in flight by then stays so until the second one.
    const hold = () => {
      process.kill(status.pid, 'SIGSTOP')
      return '\u0003'
    }
    const { exitCode, text } = await onTerminal(
      [process.execPath, main, 'apply'],
      { cwd: world.directory, env: env() },
      [
        ['is taken for a yes', 'yes\n'],
        ['running', hold],
        ['Ctrl-C again to leave', '\u0003'],
      ],
    ).finally(() => process.kill(status.pid, 'SIGCONT'))
    expect(exitCode).toBe(130)
    expect(text).toContain('\u001B[?25l')
    const after = text.slice(text.lastIndexOf('\u001B[?25l'))
    expect(after).toContain('\u001B[?25h')
    expect(stripVTControlCharacters(after).trimEnd()).toMatch(
      /Left at once; .*Next: `evenkeel apply stack\.yaml` goes on from there\.$/,
    )
    // Told together, and once more where an answer of before the Ctrl-C came after it.
    expect([1, 2]).toContain(text.match(/\d+ steps not started/g)?.length)
    expect(text).toMatch(/ [0-9] of 84 steps/)
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s is as Ctrl-C', async (signal) => {
    // A stack of its own: of one that was begun before, there may be less left than is under way at once.
    world.write({ [`${signal}.yaml`]: stackFile(signal.toLowerCase(), 40) })
    const child = spawn(process.execPath, [main, 'apply', `${signal}.yaml`, '--yes'], {
      cwd: world.directory,
      env: env(),
    })
    let sent = false
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (!sent && text.includes('run ')) sent = child.kill(signal)
    })
    child.stdout.resume()
    expect(await once(child, 'close')).toEqual([130, null])
  })
})

function stackFile(stack: string, servers: number): string {
  return `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { count: ${servers}, image: ${image}, type: t3.small }
`
}
