import { chmodSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dropOldPlans, planPath } from '../../../src/fleet/jobs/plans-folder.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

it('keeps no plan for longer than a month, and leaves alone what is none', () => {
  const { path, remove } = temporaryDirectory('fleet-plans')
  try {
    const ageOf = { '0123456789ab-r1.json': 31, '0123456789ab-r2.json': 29, 'notes.json': 99 }
    for (const [name, days] of Object.entries(ageOf)) {
      writeFileSync(join(path, name), '{}')
      const at = Date.now() / 1000 - days * 24 * 60 * 60
      utimesSync(join(path, name), at, at)
    }
    dropOldPlans(path)
    expect(readdirSync(path).sort()).toEqual(['0123456789ab-r2.json', 'notes.json'])
    dropOldPlans(join(path, 'nowhere'))
  } finally {
    remove()
  }
})

it('takes no plan out of a folder that anybody may write into', () => {
  const { path, remove } = temporaryDirectory('fleet-plans')
  try {
    writeFileSync(join(path, 'one.json'), '{}')
    chmodSync(path, 0o770)
    expect(planPath(path, 'one')).toBe(join(path, 'one.json'))
    chmodSync(path, 0o777)
    expect(() => planPath(path, 'one')).toThrow(expect.objectContaining({ code: 'FLEET_PLANS_OPEN' }) as Error)
  } finally {
    remove()
  }
})
