import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SyncPort } from '../../src/executor/ports.js'
import { createSync } from '../../src/sync/sync.js'
import { temporaryDirectory } from '../support/evenkeel.js'

describe('a copy to where a file is', () => {
  const { path: base, remove } = temporaryDirectory('into-a-file')
  let sync: SyncPort
  beforeAll(async () => {
    await mkdir(join(base, 'tree'))
    await writeFile(join(base, 'tree/a'), 'a')
    await writeFile(join(base, 'b'), 'b')
    sync = createSync({ baseDirectory: base })
  })
  afterAll(async () => {
    await sync.close()
    remove()
  })

  test.each([
    ['tree/', 'old'],
    ['b', 'old/'],
  ])('of %s to %s is refused by the copy and by its dry run in the same words', async (source, to) => {
    await writeFile(join(base, 'old'), 'old')
    const rule = { source, delete: false, exclude: [] }
    const refusal = {
      code: 'SYNC_DESTINATION_REFUSED',
      message: expect.stringContaining('is a file, or below one, and what is copied needs a directory there') as string,
    }
    await expect(sync.copy(rule, { path: to }, () => undefined)).rejects.toMatchObject(refusal)
    await expect(sync.compare(rule, { path: to })).rejects.toMatchObject(refusal)
    expect(await readFile(join(base, 'old'), 'utf8')).toBe('old')
    await rm(join(base, 'old'))
  })

  test('takes its place when it is one file, and a dry run only says so', async () => {
    await writeFile(join(base, 'old'), 'before')
    const rule = { source: 'b', delete: false, exclude: [] }
    expect(await sync.compare(rule, { path: 'old' })).toMatchObject({ filesChanged: 1, bytes: 1 })
    expect(await readFile(join(base, 'old'), 'utf8')).toBe('before')
    await sync.copy(rule, { path: 'old' }, () => undefined)
    expect(await readFile(join(base, 'old'), 'utf8')).toBe('b')
    expect(await readdir(base)).toEqual(['b', 'old', 'tree'])
  })
})
