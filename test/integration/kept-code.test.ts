import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'

let home: ReturnType<typeof temporaryDirectory>
let folder: string

beforeEach(() => {
  home = temporaryDirectory('kept-code')
  folder = join(home.path, 'evenkeel/code')
  writeFileSync(
    join(home.path, 'stack.yaml'),
    'evenkeel: 1\nstack: one\ntarget: sandbox\nvolumes: { data: { size: 1 } }\n',
  )
})
afterEach(async () => {
  // A graph shows what lives: it has begun a sandbox.
  if (existsSync(sandbox())) await run(['sandbox', 'down'])
  home.remove()
})

const sandbox = () => join(home.path, 'sandbox')

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runEvenkeel(args, { cwd: home.path, env: { XDG_CACHE_HOME: home.path, EVENKEEL_SANDBOX_DIR: sandbox(), ...env } })

const valid = { exitCode: 0, stdout: expect.stringContaining('is valid') as string, stderr: '' }

/** The one file that is kept. */
function keptFile(): string {
  const [name = '', ...others] = readdirSync(folder)
  expect(others).toEqual([])
  return join(folder, name)
}

it('is written by the first run of a command and taken by the next; another command adds its own', async () => {
  expect(await run(['validate'])).toEqual(valid)
  const first = lstatSync(keptFile())
  expect(await run(['validate'])).toEqual(valid)
  expect(lstatSync(keptFile()).ino, 'V8 took all that was kept').toBe(first.ino)
  for (let time = 0; time < 2; time += 1) {
    expect((await run(['graph', '--format', 'svg'])).stdout).toMatch(/^<\?xml/)
    expect(lstatSync(keptFile()).size).toBeGreaterThan(first.size)
  }
})

it('grows by what another run of the same command needs, once, and then stays', async () => {
  await run(['validate'])
  const first = lstatSync(keptFile())
  const larger = join(root, 'examples/stacks/web-pool.yaml')
  expect(await run(['validate', larger])).toEqual(valid)
  const grown = lstatSync(keptFile())
  expect(grown.size - first.size).toBeGreaterThan(64 * 1024)
  // Its age has doubled many times by then.
  const past = new Date(Date.now() - 60_000)
  for (const args of [['validate'], ['validate', larger]]) {
    utimesSync(keptFile(), past, past)
    expect(await run(args)).toEqual(valid)
    const { ino, mtimeMs } = lstatSync(keptFile())
    expect(ino).toBe(grown.ino)
    expect(mtimeMs, 'looked at').toBeGreaterThan(past.getTime())
  }
})

it('is written anew where it is broken', async () => {
  await run(['validate'])
  const whole = readFileSync(keptFile())
  writeFileSync(keptFile(), Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.alloc(whole.length / 2, 0x5a)]))
  expect(await run(['validate'])).toEqual(valid)
  const mended = lstatSync(keptFile())
  expect(await run(['validate'])).toEqual(valid)
  expect(lstatSync(keptFile()).ino).toBe(mended.ino)
})

it('is whole after first runs side by side', async () => {
  const results = await Promise.all(Array.from({ length: 4 }, async () => run(['validate'])))
  expect(results).toEqual(results.map(() => valid))
  const written = lstatSync(keptFile())
  expect(await run(['validate'])).toEqual(valid)
  expect(lstatSync(keptFile()).ino).toBe(written.ino)
})

it('is nothing that a command needs', async () => {
  expect(await run(['validate'], { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(valid)
  expect(readdirSync(home.path)).toEqual(['stack.yaml'])
  mkdirSync(join(home.path, 'evenkeel'))
  writeFileSync(folder, 'in the way')
  expect(await run(['validate'])).toEqual(valid)
  expect(await run(['validate'], { XDG_CACHE_HOME: '/dev/full' })).toEqual(valid)
  expect(await run(['validate'], { XDG_CACHE_HOME: '/proc/nothing' })).toEqual(valid)
})

it('is not kept for what hardly loads anything', async () => {
  expect((await run(['--version'])).exitCode).toBe(0)
  expect(readdirSync(home.path)).toEqual(['stack.yaml'])
})
