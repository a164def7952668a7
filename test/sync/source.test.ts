import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SyncPort } from '../../src/executor/ports.js'
import { createSync } from '../../src/sync/sync.js'

let base: string
let sync: SyncPort

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'evenkeel-source-'))
  await mkdir(join(base, 'tree/sub'), { recursive: true })
  await writeFile(join(base, 'tree/a'), 'aaa')
  await writeFile(join(base, 'tree/sub/b'), 'b')
  await symlink('a', join(base, 'tree/link'))
  sync = createSync({ baseDirectory: base })
})
afterEach(async () => {
  await sync.close()
  await rm(base, { recursive: true })
})

const digest = (exclude: readonly string[] = []) => sync.sourceDigest({ source: 'tree/', delete: false, exclude })

describe('the digest of a source', () => {
  test.each<[string, (path: (name: string) => string) => Promise<unknown>]>([
    ['a new file', (path) => writeFile(path('new'), '')],
    ['a removed file', (path) => rm(path('a'))],
    ['a new empty directory', (path) => mkdir(path('empty'))],
    ['another size', (path) => writeFile(path('a'), 'aaaa')],
    ['another time', (path) => utimes(path('a'), 1, 1)],
    ['another mode', (path) => chmod(path('a'), 0o600)],
    ['another mode of a directory', (path) => chmod(path('sub'), 0o700)],
    ['another target of a link', (path) => rm(path('link')).then(() => symlink('b', path('link')))],
  ])('changes with %s', async (_what, change) => {
    const before = await digest()
    expect(await digest()).toBe(before)
    await change((name) => join(base, 'tree', name))
    expect(await digest()).not.toBe(before)
  })

  test('does not change with times of directories, nor with what is excluded', async () => {
    const before = await digest(['*.tmp', '/sub/b'])
    await writeFile(join(base, 'tree/x.tmp'), '')
    await rm(join(base, 'tree/sub/b'))
    await utimes(join(base, 'tree/sub'), 1, 1)
    await utimes(join(base, 'tree'), 1, 1)
    expect(await digest(['*.tmp', '/sub/b'])).toBe(before)
  })

  test('tells a directory from its contents', async () => {
    expect(await sync.sourceDigest({ source: 'tree', delete: false, exclude: [] })).not.toBe(await digest())
    expect(await sync.sourceDigest({ source: 'tree/.', delete: false, exclude: [] })).toBe(await digest())
  })
})

test('without a destination everything is new', async () => {
  expect(await sync.compare({ source: './tree/', delete: true, exclude: ['sub/'] }, undefined)).toEqual({
    filesCreated: 2,
    filesChanged: 0,
    filesDeleted: 0,
    bytes: 3,
    sample: ['+ a', '+ link'],
  })
})

test('a source that is not there is told', async () => {
  await expect(
    digest().then(() => sync.sourceDigest({ source: '~/of-nobody/', delete: false, exclude: [] })),
  ).rejects.toMatchObject({
    code: 'SYNC_SOURCE_MISSING',
  })
})
