import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSync } from '../../src/sync/sync.js'
import { temporaryDirectory } from '../support/evenkeel.js'

describe('what a directory holds', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let sync: ReturnType<typeof createSync>
  const write = (name: string, text: string) => {
    writeFileSync(join(directory.path, 'music', name), text)
    utimesSync(join(directory.path, 'music', name), 1_700_000_000, 1_700_000_000)
  }
  const read = (changes: { readonly exclude?: readonly string[]; readonly checksum?: boolean; from?: string } = {}) =>
    sync.readTree({
      source: changes.from ?? './music/',
      exclude: changes.exclude ?? [],
      checksum: changes.checksum ?? false,
    })

  beforeEach(() => {
    directory = temporaryDirectory('tree')
    mkdirSync(join(directory.path, 'music'))
    write('a', '12345')
    write('b\nc ä', '1')
    sync = createSync({ baseDirectory: directory.path, temporaryDirectory: directory.path })
  })
  afterEach(async () => {
    await sync.close()
    directory.remove()
  })

  it('is counted, a file of several names once', async () => {
    linkSync(join(directory.path, 'music/a'), join(directory.path, 'music/again'))
    symlinkSync('a', join(directory.path, 'music/link'))
    mkdirSync(join(directory.path, 'music/d'))
    expect(await read()).toMatchObject({ files: 3, entries: 5, bytes: 6, allocatedBytes: 8192, largestBytes: 5 })
  })

  it('has the same digest with and without a trailing slash, and whatever the time of the top directory is', async () => {
    const { digest } = await read()
    utimesSync(join(directory.path, 'music'), 1_600_000_000, 1_600_000_000)
    expect((await read({ from: './music' })).digest).toBe(digest)
  })

  it('is told of that very directory, not of one that fits its name as a pattern', async () => {
    mkdirSync(join(directory.path, 'm[u]s*c'))
    expect(await read({ from: './m[u]s*c/' })).toMatchObject({ files: 0 })
  })

  it('has another digest for another name, size, time, mode, link or hard link', async () => {
    const seen = new Set([(await read()).digest])
    const changes = [
      () => write('d', ''),
      () => write('d', 'x'),
      () => utimesSync(join(directory.path, 'music/d'), 1, 1),
      () => chmodSync(join(directory.path, 'music/d'), 0o600),
      () => symlinkSync('a', join(directory.path, 'music/l')),
      () => linkSync(join(directory.path, 'music/a'), join(directory.path, 'music/h')),
    ]
    for (const change of changes) {
      change()
      seen.add((await read()).digest)
    }
    expect(seen.size).toBe(1 + changes.length)
  })

  it('counts contents only when they are asked for', async () => {
    const [plain, sums] = [await read(), await read({ checksum: true })]
    write('a', '54321')
    expect((await read()).digest).toBe(plain.digest)
    expect((await read({ checksum: true })).digest).not.toBe(sums.digest)
  })

  it('leaves out what is excluded', async () => {
    const { digest } = await read({ exclude: ['*.tmp'] })
    write('x.tmp', 'x')
    expect((await read({ exclude: ['*.tmp'] })).digest).toBe(digest)
  })

  it('of something that is no directory is an error', async () => {
    await expect(read({ from: './music/a' })).rejects.toMatchObject({ code: 'SYNC_SOURCE_MISSING' })
    await expect(read({ from: './nothing' })).rejects.toMatchObject({ code: 'SYNC_SOURCE_MISSING' })
  })
})
