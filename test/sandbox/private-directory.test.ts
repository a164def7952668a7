import { chmodSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { privateDirectory, stateDirectory } from '../../src/app/private-directory.js'
import { stateHome, unsafeBecause } from '../../src/sandbox/private-directory.js'
import { createSandbox } from '../../src/sandbox/sandbox.js'
import { temporaryDir } from './support.js'

const nobody = 65_534
const isRoot = process.getuid?.() === 0

describe('a directory for secrets', () => {
  const made = (mode: number) => {
    const directory = join(temporaryDir(), 'state')
    mkdirSync(directory)
    chmodSync(directory, mode)
    return directory
  }

  it('may be missing, or its owner’s', () => {
    expect(unsafeBecause(join(temporaryDir(), 'missing'))).toBeUndefined()
    for (const mode of [0o700, 0o755]) expect(unsafeBecause(made(mode))).toBeUndefined()
  })

  it.each([0o777, 0o1777, 0o775, 0o722])('is none with mode %o', (mode) => {
    expect(unsafeBecause(made(mode))).toMatch(/may write to it/)
  })

  it.skipIf(!isRoot)('is none that belongs to another user, nor what a link of theirs leads to', () => {
    const foreign = made(0o755)
    lchownSync(foreign, nobody, nobody)
    expect(unsafeBecause(foreign)).toMatch(/belongs to another user of this machine \(65534\)/)
    const link = join(temporaryDir(), 'link')
    symlinkSync(made(0o700), link)
    expect(unsafeBecause(link)).toBeUndefined()
    lchownSync(link, nobody, nobody)
    expect(unsafeBecause(link)).toMatch(/belongs to another user/)
  })

  it('is taken by nothing that keeps secrets where it is none', async () => {
    const directory = made(0o777)
    await expect(createSandbox({ stateDir: directory, hosts: 'none' })).rejects.toThrow(/no place for a sandbox/)
    expect(() => privateDirectory(directory)).toThrow(expect.objectContaining({ code: 'STATE_DIRECTORY_UNSAFE' }))
  })
})

test('state lies where the environment says, unless that is no absolute path', () => {
  expect(stateHome({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s')
  for (const XDG_STATE_HOME of ['', 'here', undefined]) {
    expect(stateHome({ XDG_STATE_HOME, HOME: '/h' })).toBe('/h/.local/state')
  }
  expect(stateHome({})).toBe(join(homedir(), '.local', 'state'))
  const before = process.env['XDG_STATE_HOME']
  process.env['XDG_STATE_HOME'] = ''
  expect(stateDirectory()).toBe(join(homedir(), '.local', 'state', 'evenkeel'))
  if (before === undefined) delete process.env['XDG_STATE_HOME']
  else process.env['XDG_STATE_HOME'] = before
})
