import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { specOf } from '../support/live-stack.js'

const home = fileURLToPath(new URL('../golden/older', import.meta.url))

/**
 * What earlier versions applied to the sandbox, with real hosts, as it was observed afterwards: their tags, ledgers and
 * records. Never written anew: nobody's stack is.
 */
describe('what an earlier version made', () => {
  it.each(readdirSync(home))('%s: plans empty, is in sync, and can be destroyed', (version) => {
    const spec = specOf(readFileSync(join(home, version, 'stack.yaml'), 'utf8'))
    const live = JSON.parse(readFileSync(join(home, version, 'live.json'), 'utf8')) as LiveStack
    expect(live.servers.length).toBeGreaterThan(1)
    const plan = makePlan(spec, live)
    expect(plan.steps.map(({ id }) => id)).toEqual([])
    expect(plan.changes.filter(({ kind, diffs }) => kind !== 'none' || diffs.length > 0)).toEqual([])
    expect(plan.problems).toEqual([])
    expect(driftOf(plan).status).toBe('in-sync')
    const destroy = makeDestroyPlan(spec, live)
    expect(destroy.problems.map(({ code }) => code)).toEqual(['PLAN_PROTECTED'])
  })
})
