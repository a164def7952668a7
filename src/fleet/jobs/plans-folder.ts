import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../core/clock.js'
import { UsageError } from '../../core/errors.js'
import { isPlanName, isPlanOf } from './job.js'

/** Chosen: whoever looks at the page of an hour ago still finds the plan that it shows, and a folder does not grow. */
const plansKept = 5

/** Chosen: user data stands in plans, and whoever reviewed one a month ago has forgotten it. */
const plansKeptMs = 30 * 24 * 60 * 60_000

/** Makes the folder, for its owner alone: user data stands in plans. */
export function makePlansFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Takes away all but the newest plans of a stack. */
export function prunePlans(folder: string, id: string): void {
  const own = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && isPlanOf(file.slice(0, -'.json'.length), id))
    .map((file) => join(folder, file))
    .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.at - left.at)
  for (const { path } of own.slice(plansKept)) rmSync(path, { force: true })
}

/** Takes away what nobody has applied in a long time, of stacks that are gone, too. */
export function dropOldPlans(folder: string): void {
  const oldest = systemClock.now() - plansKeptMs
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    if (!file.endsWith('.json') || !isPlanName(file.slice(0, -'.json'.length))) continue
    const path = join(folder, file)
    const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (madeAt < oldest) rmSync(path, { force: true })
  }
}

/** Where a saved plan lies. Throws a UsageError where there is none of this name, and where anybody may have written it. */
export function planPath(folder: string, name: string): string {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & 0o002) !== 0) {
    throw new UsageError('FLEET_PLANS_OPEN', `anybody may write into ${folder}, and so say what is applied`, {
      hint: `\`chmod o-w\` takes that right away`,
    })
  }
  const path = join(folder, `${name}.json`)
  if (existsSync(path)) return path
  throw new UsageError('FLEET_PLAN_MISSING', `there is no saved plan ${name} in this fleet's folder of plans`, {
    hint: 'make another with `evenkeel fleet plan`; workers on several machines need a folder of plans that all of them see',
  })
}
