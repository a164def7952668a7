import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanEnvironment, runEvenkeel, temporaryDirectory } from '../../support/evenkeel.js'
import { onTerminal } from '../../support/pseudo-terminal.js'

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

describe('evenkeel init', () => {
  let place: ReturnType<typeof temporaryDirectory>
  const run = (...args: readonly string[]) => runEvenkeel(args, { cwd: place.path })
  const path = (name: string) => join(place.path, name)
  beforeEach(() => {
    place = temporaryDirectory('init')
  })
  afterEach(() => place.remove())

  it('writes a stack that validates, without asking, and says what to type next', async () => {
    const { exitCode, stdout, stderr } = await run('init')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('evenkeel plan stack.yaml\n')
    expect((await run('validate')).exitCode).toBe(0)
    expect(await run('fmt', '--check')).toMatchObject({ exitCode: 0 })
    expect(readFileSync(path('stack.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=/)
  })

  it('never writes over a file', async () => {
    writeFileSync(path('mine.yaml'), 'mine\n')
    const { exitCode, stderr } = await run('init', 'mine.yaml', '--yes')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('mine.yaml already')
    expect(readFileSync(path('mine.yaml'), 'utf8')).toBe('mine\n')
  })

  it('tells what no stack can be made of, and writes nothing', async () => {
    const { exitCode, stderr } = await run('init', '--yes', '--stack', 'Not A Name', '--servers', '0')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('name')
    expect(existsSync(path('stack.yaml'))).toBe(false)
  })

  it('asks on a terminal until an answer will do; an empty line is what stands in brackets', async () => {
    const { exitCode, text } = await onTerminal(
      [process.execPath, main, 'init', 'asked.yaml', '--type', 't3.micro'],
      { cwd: place.path, env: cleanEnvironment() },
      [
        ['Name of the stack [', 'Wrong Name\n'],
        ['Name of the stack [', 'asked\n'],
        ['Where', '\n'],
        ['How many servers [1]: ', '2\n'],
        ['GiB', '0\n'],
        ['Public key', '\n'],
      ],
    )
    expect({ exitCode, text }).toMatchObject({ exitCode: 0 })
    expect(text).not.toContain('Their type')
    const { stdout } = await run('validate', 'asked.yaml')
    expect(stdout).toContain('the stack asked is valid (2 servers, 0 volumes')
  })

  it('writes nothing when it is interrupted', async () => {
    for (const [index, key] of ['\u0003', '\u0004'].entries()) {
      const { exitCode } = await onTerminal(
        [process.execPath, main, 'init', `left-${index}.yaml`],
        { cwd: place.path, env: cleanEnvironment() },
        [
          ['Where', key],
          ['Name of the stack [', '\n'],
        ].toReversed() as [string, string][],
      )
      expect(exitCode).toBe(130)
      expect(existsSync(path(`left-${index}.yaml`))).toBe(false)
    }
  })
})
