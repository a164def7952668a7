import type { PlannedPlace } from '../../planner/step.js'
import type { CopyPlace, CopyRule } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

/** An end of a copy, with the way into its server. */
export async function placeOf({ server, host, path }: PlannedPlace, context: StepContext): Promise<CopyPlace> {
  if (server !== undefined) return { access: await accessTo(server, context), path }
  return host === undefined ? { path } : { host, path }
}

/** What is copied, with the ways into the servers that it is on. */
export async function sourcesOf(
  source: string | readonly PlannedPlace[],
  context: StepContext,
): Promise<CopyRule['source']> {
  if (typeof source === 'string') return source
  return Promise.all(source.map((place) => placeOf(place, context)))
}
