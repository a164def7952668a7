import { chmodSync, cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSync } from '../../src/sync/sync.js'
import { temporaryDirectory } from '../support/evenkeel.js'

describe('the digest of contents', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let sync: ReturnType<typeof createSync>
  const file = (name: string) => join(directory.path, name)
  const digest = (from: string, changes: { readonly include?: string[]; readonly exclude?: string[] } = {}) =>
    sync.contentDigest({ sources: [from], include: changes.include ?? [], exclude: changes.exclude ?? [] })

  beforeEach(() => {
    directory = temporaryDirectory('contents')
    mkdirSync(file('one/b'), { recursive: true })
    writeFileSync(file('one/a'), '12345')
    writeFileSync(file('one/b/c ä\n[x]'), '1')
    sync = createSync({ baseDirectory: directory.path, temporaryDirectory: directory.path })
  })
  afterEach(async () => {
    await sync.close()
    directory.remove()
  })

  it('is the same in another place, at another time and under another umask', async () => {
    cpSync(file('one'), file('two'), { recursive: true })
    utimesSync(file('two/a'), 1, 1)
    chmodSync(file('two/a'), 0o664)
    chmodSync(file('two/b'), 0o775)
    expect(await digest('./two/')).toBe(await digest('./one/'))
  })

  it('is another one for another name, content of the same length, executable bit, link or folder', async () => {
    const seen = new Set([await digest('./one/')])
    const changes = [
      () => writeFileSync(file('one/a'), '12346'),
      () => writeFileSync(file('one/new'), ''),
      () => chmodSync(file('one/new'), 0o755),
      () => symlinkSync('a', file('one/link')),
      () => mkdirSync(file('one/empty')),
    ]
    for (const change of changes) {
      change()
      seen.add(await digest('./one/'))
    }
    expect(seen.size).toBe(changes.length + 1)
  })

  it('sees one file too, and leaves out what is excluded', async () => {
    const before = [await digest('./one/a'), await digest('./one/', { exclude: ['a'] })]
    writeFileSync(file('one/a'), 'other')
    const after = [await digest('./one/a'), await digest('./one/', { exclude: ['a'] })]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })
})
