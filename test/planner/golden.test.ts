import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { planJson } from '../../src/report/plan/plan-json.js'
import { planText } from '../../src/report/plan/plan-text.js'
import { goldenCases } from '../golden/plan/worlds.js'
import { parsedStack } from '../support/live-stack.js'

const home = fileURLToPath(new URL('../golden/plan', import.meta.url))

/** Updated with `vitest -u`, and then read like prose. live.json is made by worlds.ts; the plan is made from the file. */
describe('golden plans', () => {
  it.each(Object.entries(goldenCases))('%s', async (name, { world, options, destroy, verbose }) => {
    const text = readFileSync(join(home, name, 'stack.yaml'), 'utf8')
    const live = `${JSON.stringify(world(text), null, 2)}\n`
    await expect(live).toMatchFileSnapshot(join(home, name, 'live.json'))
    const observed = JSON.parse(live) as LiveStack
    const { spec, locate } = parsedStack(text)
    const plan = destroy
      ? makeDestroyPlan(destroy === 'with-file' ? spec : undefined, observed, options)
      : makePlan(spec, observed, options)
    const shown = planText(plan, { color: false, verbose: verbose ?? false, steps: true, locate })
    await expect(shown).toMatchFileSnapshot(join(home, name, 'plan.txt'))
    await expect(planJson(plan, { locate })).toMatchFileSnapshot(join(home, name, 'plan.json'))
  })

  it('has a case for every directory', () => {
    const directories = readdirSync(home).filter((name) => statSync(join(home, name)).isDirectory())
    expect(directories.filter((name) => !(name in goldenCases))).toEqual([])
    expect(Object.keys(goldenCases).filter((name) => !existsSync(join(home, name, 'stack.yaml')))).toEqual([])
    expect(directories.length).toBeGreaterThan(15)
  })
})
