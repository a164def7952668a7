import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SyncPort } from '../../src/executor/ports.js'
import { createSync } from '../../src/sync/sync.js'
import { temporaryDirectory } from '../support/evenkeel.js'

const { path: base, remove } = temporaryDirectory('filters')
const names = ['!', '+ a', '- a', '_a', '  a', 'a', 'merge a']
let sync: SyncPort
beforeAll(async () => {
  await mkdir(join(base, 'from'))
  for (const name of names) await writeFile(join(base, 'from', name), name)
  sync = createSync({ baseDirectory: base })
})
afterAll(async () => {
  await sync.close()
  remove()
})

test.each(names)('a pattern is never an order to rsync, and lost+found stays: "%s"', async (pattern) => {
  const to = join(base, `to ${names.indexOf(pattern)}`)
  await mkdir(join(to, 'lost+found/found'), { recursive: true })
  await sync.copy({ source: 'from/', delete: true, exclude: [pattern] }, { path: to }, () => undefined)
  expect((await readdir(to)).sort()).toEqual([...names.filter((name) => name !== pattern), 'lost+found'].sort())
  expect(await readdir(join(to, 'lost+found'))).toEqual(['found'])
})

test.each(names)('what is included is that name alone: "%s"', async (pattern) => {
  const to = join(base, `only ${names.indexOf(pattern)}`)
  await mkdir(to)
  const rule = { source: 'from/', delete: false, exclude: ['*'], options: { include: [pattern] } }
  await sync.copy(rule, { path: to }, () => undefined)
  expect(await readdir(to)).toEqual([pattern])
})
