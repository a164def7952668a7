import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFolderStore } from '../../../src/fleet/embedded/store.js'
import type { JobReport } from '../../../src/fleet/types.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

const report = (id: string, kind: JobReport['kind'] = 'plan'): JobReport => ({
  formatVersion: 1,
  round: 'r',
  kind,
  id,
  place: undefined,
  state: 'in-sync',
  words: 'no changes',
  text: 'No changes.\n',
  exitCode: 0,
  errorCode: undefined,
  lockedBy: undefined,
  plan: undefined,
  beganAt: '2026-11-22T10:15:00.000Z',
  endedAt: '2026-11-22T10:15:00.000Z',
})

describe('what was last seen', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => (directory = temporaryDirectory('fleet-store')))
  afterEach(() => directory.remove())
  const store = () => createFolderStore(join(directory.path, 'reports'))

  it('is nothing at first, and then the last report of each kind', async () => {
    expect(await store().reports()).toEqual(new Map())
    await store().keep(report('../../a.stack.yaml'))
    await store().keep({ ...report('../../a.stack.yaml'), words: 'again' })
    await store().keep(report('../../a.stack.yaml', 'drift'))
    const found = await store().reports()
    expect(found.get('../../a.stack.yaml')).toEqual({
      plan: { ...report('../../a.stack.yaml'), words: 'again' },
      drift: report('../../a.stack.yaml', 'drift'),
    })
  })

  it('lies in files for their owner alone, of which damaged ones count as never seen', async () => {
    await store().keep(report('a'))
    await store().keep(report('b'))
    const folder = join(directory.path, 'reports')
    const [first = '', second = ''] = readdirSync(folder).sort()
    expect(statSync(join(folder, first)).mode & 0o777).toBe(0o600)
    writeFileSync(join(folder, first), '{"formatVersion":1')
    expect((await store().reports()).size).toBe(1)
    writeFileSync(join(folder, first), JSON.stringify(report('another')))
    expect((await store().reports()).size).toBe(1)
    writeFileSync(join(folder, second), 'null')
    expect((await store().reports()).size).toBe(0)
  })
})
