import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { forgetGone } from '../../../src/fleet/embedded/forget-gone.js'
import { stackKey } from '../../../src/fleet/jobs/job.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

it('forgets stacks that have left a fleet a month ago, and nothing else', () => {
  const { path, remove } = temporaryDirectory('fleet-gone')
  try {
    const folder = { reports: join(path, 'reports'), told: join(path, 'told') }
    forgetGone(folder, [])
    const [stays, gone, late] = ['stays', 'gone', 'late'].map((id) => stackKey(id))
    for (const where of Object.values(folder)) {
      mkdirSync(where)
      for (const [name, days] of [
        [`${stays}.plan.json`, 99],
        [`${stays}.json`, 99],
        [`${gone}.drift.json`, 31],
        [`${gone}.json`, 31],
        [`${late}.json`, 29],
        ['notes.json', 99],
      ] as const) {
        writeFileSync(join(where, name), '{}')
        const at = Date.now() / 1000 - days * 24 * 60 * 60
        utimesSync(join(where, name), at, at)
      }
    }
    forgetGone(folder, [{ id: 'stays' }])
    const left = [`${stays}.plan.json`, `${stays}.json`, `${late}.json`, 'notes.json'].sort()
    for (const where of Object.values(folder)) expect(readdirSync(where).sort()).toEqual(left)
  } finally {
    remove()
  }
})
