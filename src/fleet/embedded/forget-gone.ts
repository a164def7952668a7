import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../core/clock.js'
import { stackKey } from '../jobs/job.js'
import type { FleetStack } from '../types.js'
import type { FleetFolder } from './fleet-folder.js'

/** Chosen: as long as saved plans; a stack that was moved away and back is remembered, and another fleet may be called alike. */
const keptMs = 30 * 24 * 60 * 60_000

/** Forgets what was seen and told of stacks that have left the fleet, a month after that. `stacks`: all that it has. */
export function forgetGone(
  { reports, told }: Pick<FleetFolder, 'reports' | 'told'>,
  stacks: readonly Pick<FleetStack, 'id'>[],
): void {
  const keys = new Set(stacks.map(({ id }) => stackKey(id)))
  const oldest = systemClock.now() - keptMs
  for (const path of [...filesIn(reports, keys), ...filesIn(told, keys)]) {
    const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (at < oldest) rmSync(path, { force: true })
  }
}

/** Files that are of a stack, and of none of these. */
function filesIn(folder: string, keys: ReadonlySet<string>): readonly string[] {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const key = /^([0-9a-f]{12})\.(?:(?:plan|drift|apply)\.)?json$/.exec(name)?.[1]
    return key === undefined || keys.has(key) ? [] : join(folder, name)
  })
}
