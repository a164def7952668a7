import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeCacheFolder } from '../../../src/cli/start/code-cache-place.js'
import { noteLook, openCodeCache, writeCodeCache } from '../../../src/cli/start/code-cache.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

const program = '/opt/evenkeel/dist/cli/commands'
const kept = new Map([
  ['start.cjs', { code: Buffer.from('what V8 made of the start'), sourceSum: 1 }],
  ['plan-1a2b.cjs', { code: Buffer.from('what V8 made of a plan'), sourceSum: 2 }],
])

let home: ReturnType<typeof temporaryDirectory>
let folder: string
let path: string

beforeEach(() => {
  home = temporaryDirectory('code-cache')
  folder = join(home.path, 'evenkeel/code')
  path = join(folder, 'v20')
})
afterEach(() => home.remove())

/** What is read of the two files. */
const readBack = (from = program) => {
  const cache = openCodeCache(path, from)
  return cache && [cache.codeOf('start.cjs', 1)?.code.toString(), cache.codeOf('plan-1a2b.cjs', 2)?.code.toString()]
}

const whole = ['what V8 made of the start', 'what V8 made of a plan']

describe('kept code', () => {
  it('is read as it was written, by its owner alone', () => {
    writeCodeCache(path, program, kept)
    expect(readBack()).toEqual(whole)
    expect(openCodeCache(path, program)?.names).toEqual(['start.cjs', 'plan-1a2b.cjs'])
    expect(readdirSync(folder)).toEqual(['v20'])
    expect([folder, path].map((each) => lstatSync(each).mode & 0o777)).toEqual([0o700, 0o600])
  })

  it('is looked at each time that its age has doubled, and daily', () => {
    const second = 1_000
    const day = 86_400 * second
    const isDue = (ageMs: number, sinceLookMs: number) => {
      writeCodeCache(path, program, kept, Date.now() - ageMs)
      const look = new Date(Date.now() - sinceLookMs)
      utimesSync(path, look, look)
      return openCodeCache(path, program)?.isDue
    }
    expect([isDue(10 * second, 4 * second), isDue(10 * second, 6 * second)]).toEqual([false, true])
    expect([isDue(40 * day, 0.9 * day), isDue(40 * day, 1.1 * day)]).toEqual([false, true])
    // A clock that went back.
    expect(isDue(-10 * second, -10 * second)).toBe(false)
    noteLook(path)
    expect(Date.now() - lstatSync(path).mtimeMs).toBeLessThan(day)
    const opened = openCodeCache(path, program)
    expect(opened?.bytes).toBe([...kept.values()].reduce((bytes, { code }) => bytes + code.length, 0))
  })

  it('is of one source, whatever its length, and of one place of the program', () => {
    writeCodeCache(path, program, kept)
    expect(openCodeCache(path, program)?.codeOf('start.cjs', 2)).toBeUndefined()
    expect(openCodeCache(path, program)?.codeOf('apply.cjs', 1)).toBeUndefined()
    expect(readBack('/opt/another/dist/cli/commands')).toBeUndefined()
  })

  it('is not taken where a byte of it has changed or the end is missing', () => {
    writeCodeCache(path, program, kept)
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; at += 1) {
      const broken = Buffer.from(bytes)
      broken.writeUInt8(broken.readUInt8(at) ^ 0x10, at)
      writeFileSync(path, broken)
      for (const [index, text] of (readBack() ?? []).entries()) expect([undefined, whole[index]]).toContain(text)
    }
    for (let length = bytes.length - 1; length >= 0; length -= 1) {
      truncateSync(path, length)
      const cache = openCodeCache(path, program)
      expect(() => cache?.codeOf('plan-1a2b.cjs', 2)).not.toThrow()
      expect(cache?.codeOf('plan-1a2b.cjs', 2)).toBeUndefined()
    }
  })

  it.each<[string, () => void]>([
    ['the file may be written by a group', () => chmodSync(path, 0o620)],
    ['the file may be written by all', () => chmodSync(path, 0o602)],
    ['the folder may be written by a group', () => chmodSync(folder, 0o770)],
    [
      'the file is a link',
      () => {
        renameSync(path, join(home.path, 'elsewhere'))
        symlinkSync(join(home.path, 'elsewhere'), path)
      },
    ],
    [
      'the folder is a link',
      () => {
        renameSync(folder, join(home.path, 'elsewhere'))
        symlinkSync(join(home.path, 'elsewhere'), folder)
      },
    ],
  ])('is not taken where %s', (_what, change) => {
    writeCodeCache(path, program, kept)
    change()
    expect(readBack()).toBeUndefined()
  })

  it('is not written into a folder that others may write to', () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    writeCodeCache(path, program, kept)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('is neither taken from another user nor written below what is theirs', () => {
    writeCodeCache(path, program, kept)
    chownSync(path, 65_534, 65_534)
    expect(readBack()).toBeUndefined()
    const theirs = join(home.path, 'theirs')
    mkdirSync(theirs)
    chownSync(theirs, 65_534, 65_534)
    writeCodeCache(join(theirs, '.cache/evenkeel/code/v20'), program, kept)
    expect(readdirSync(theirs)).toEqual([])
  })

  it('makes no home that is gone', () => {
    const gone = join(home.path, 'gone')
    writeCodeCache(join(gone, '.cache/evenkeel/code/v20'), program, kept)
    expect(readdirSync(home.path)).toEqual([])
    mkdirSync(gone)
    writeCodeCache(join(gone, '.cache/evenkeel/code/v20'), program, kept)
    expect(readdirSync(join(gone, '.cache/evenkeel/code'))).toEqual(['v20'])
  })

  it('is removed when six newer ones are there, with what a killed run has left', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const [index, name] of ['fresh-1', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6'].entries()) {
      writeFileSync(join(folder, name), '')
      utimesSync(join(folder, name), index, index)
    }
    writeCodeCache(path, program, kept)
    expect(readdirSync(folder).toSorted()).toEqual(['v2', 'v20', 'v3', 'v4', 'v5', 'v6'])
  })

  it('lies below the cache of the user', () => {
    const below = (environment: NodeJS.ProcessEnv) => codeCacheFolder(environment)
    expect(below({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/evenkeel/code')
    expect(below({ XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/evenkeel\/code$/)
    expect(below({ XDG_CACHE_HOME: '/c', NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined()
    expect(below({ XDG_CACHE_HOME: '/c', NODE_V8_COVERAGE: '/coverage' })).toBeUndefined()
  })
})
