import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment, temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'

const run = promisify(execFile)

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
}

/** What `npm pack` makes, unpacked into an empty folder, with the packages that it asks for beside it and nothing else. */
describe('the packed package', () => {
  const { path: folder, remove } = temporaryDirectory('package')
  const installed = join(folder, 'node_modules/evenkeel')
  const env = cleanEnvironment({
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    EVENKEEL_SANDBOX_DIR: join(folder, 'sandbox'),
  })
  const evenkeel = (...args: readonly string[]) =>
    run(process.execPath, [join(installed, 'dist/cli/main.js'), ...args], { cwd: folder, env })

  beforeAll(async () => {
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
    })
    const [{ filename = '' } = {}] = JSON.parse(stdout) as { filename?: string }[]
    mkdirSync(installed, { recursive: true })
    await run('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components=1'])
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile
    for (const [path, { dev }] of Object.entries(packages)) {
      if (dev === true || !/^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path)) continue
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      symlinkSync(join(root, path), join(folder, path))
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(folder, 'stack.yaml'),
      'evenkeel: 1\nstack: packed\ntarget: sandbox\nvolumes: { data: { size: 1 } }\n',
    )
  })
  afterAll(async () => {
    await evenkeel('sandbox', 'down').catch(() => undefined)
    remove()
  })

  it('has a command that can be run', async () => {
    const { version, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly version: string
      readonly bin: Readonly<Record<string, string>>
    }
    const command = join(installed, bin['evenkeel'] ?? '')
    expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(statSync(command).isFile()).toBe(true)
    expect((await evenkeel('--version')).stdout).toBe(`${version}\n`)
    expect((await evenkeel('schema')).stdout).toContain('"$schema"')
  })

  it('has the documentation that its help points to, and each page that the README links to', async () => {
    const { stdout } = await evenkeel('--help')
    const [, docs = ''] = /^Documentation: (\S+),/m.exec(stdout) ?? []
    expect(docs).toBe(join(installed, 'docs'))
    for (const page of [
      'commands.md',
      'errors.md',
      'stack-file.md',
      'troubleshooting.md',
      'limits.md',
      'permissions.md',
    ])
      expect(readFileSync(join(docs, page), 'utf8')).toMatch(/^# /)
    const readme = readFileSync(join(installed, 'README.md'), 'utf8')
    const targets = [...readme.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].map(([, target = '']) => target)
    expect(targets.length).toBeGreaterThan(15)
    expect(targets.filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(installed, target)))).toEqual([])
  })

  it('has examples that validate', async () => {
    const stacks = readdirSync(join(installed, 'examples/stacks')).filter((name) => name.endsWith('.yaml'))
    expect(stacks.length).toBeGreaterThan(4)
    for (const name of stacks) {
      expect((await evenkeel('validate', join(installed, 'examples/stacks', name))).stdout).toContain('is valid')
    }
  })

  it('applies a stack in its own sandbox, and finds nothing to do then', async () => {
    await evenkeel('sandbox', 'up', '--hosts', 'none')
    expect((await evenkeel('apply', '--yes')).stdout).toContain('Apply complete')
    expect((await evenkeel('plan', '--detailed-exitcode')).stdout).toContain('No changes')
  })

  it('is a library', async () => {
    writeFileSync(
      join(folder, 'use.js'),
      `import * as evenkeel from 'evenkeel'
import schema from 'evenkeel/schema' with { type: 'json' }
const file = evenkeel.readStackFile('stack.yaml')
console.log(JSON.stringify({ names: Object.keys(evenkeel).length, stack: file.spec.stack, title: typeof schema }))
`,
    )
    const { stdout } = await run(process.execPath, ['use.js'], { cwd: folder, env })
    expect(JSON.parse(stdout)).toMatchObject({ stack: 'packed', title: 'object' })
  })
})
