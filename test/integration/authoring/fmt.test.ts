import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment, runEvenkeel, temporaryDirectory } from '../../support/evenkeel.js'

const loose = '# about\n\nstack:   "s"\n# first\nevenkeel: 1\ntarget: sandbox\nvolumes: {data:   {size: 1}}\n'
const laidOut = '# about\n\n# first\nevenkeel: 1\nstack: s\ntarget: sandbox\nvolumes: { data: { size: 1 } }\n'

describe('evenkeel fmt', () => {
  let place: ReturnType<typeof temporaryDirectory>
  const run = (...args: readonly string[]) => runEvenkeel(['fmt', ...args], { cwd: place.path })
  const path = (name: string) => join(place.path, name)
  const read = (name: string) => readFileSync(path(name), 'utf8')
  beforeAll(() => {
    place = temporaryDirectory('fmt')
  })
  afterAll(() => place.remove())

  it('lists what is not laid out so with --check, and changes nothing', async () => {
    writeFileSync(path('a b [1].stack.yaml'), loose)
    writeFileSync(path('good.stack.yaml'), laidOut)
    expect(await run('--check')).toEqual({ exitCode: 1, stdout: 'a b [1].stack.yaml\n', stderr: '' })
    expect(read('a b [1].stack.yaml')).toBe(loose)
  })

  it('writes a file in its place: its mode stays, and a link stays one', async () => {
    chmodSync(path('a b [1].stack.yaml'), 0o640)
    symlinkSync('a b [1].stack.yaml', path('link.yaml'))
    expect(await run('link.yaml', 'good.stack.yaml')).toEqual({ exitCode: 0, stdout: 'link.yaml\n', stderr: '' })
    expect(read('a b [1].stack.yaml')).toBe(laidOut)
    expect(lstatSync(path('link.yaml')).isSymbolicLink()).toBe(true)
    expect(statSync(path('a b [1].stack.yaml')).mode & 0o777).toBe(0o640)
    expect(await run('--check')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('tells what cannot be read with its place, leaves it, and does the others', async () => {
    const broken = 'stack: "s\nevenkeel: 1\n'
    writeFileSync(path('broken.yaml'), broken)
    writeFileSync(path('other.yaml'), loose)
    const { exitCode, stdout, stderr } = await run('broken.yaml', 'missing.yaml', 'other.yaml')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'other.yaml\n' })
    expect(stderr).toContain('broken.yaml:1:8')
    expect(stderr).toContain('missing.yaml')
    expect(read('broken.yaml')).toBe(broken)
  })

  it('reads standard input and writes standard output', () => {
    const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
    const typed = (input: string, ...args: readonly string[]) => {
      const { status, stdout } = spawnSync(process.execPath, [main, 'fmt', ...args], { input, env: cleanEnvironment() })
      return { status, stdout: String(stdout) }
    }
    expect(typed(loose, '-')).toEqual({ status: 0, stdout: laidOut })
    expect(typed(laidOut, '-')).toEqual({ status: 0, stdout: laidOut })
    expect(typed(loose, '--check', '-')).toEqual({ status: 1, stdout: '-\n' })
    expect(typed('', '-')).toEqual({ status: 0, stdout: '' })
  })
})
