import type { PlannedPlace } from '../../../model/steps/step.js'
import type { CopyPlace, CopyRule } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** An end of a copy, with the way into its server. Rejects when a volume is not mounted where the end lies. */
export async function placeOf({ server, host, path, mounted }: PlannedPlace, context: StepContext): Promise<CopyPlace> {
  if (server !== undefined) {
    const access = await accessTo(server, context)
    if (!mounted) return { access, path }
    const { bindings, ports } = context
    const found = mounted.map(({ volume, mountPath }) =>
      ports.hosts.checkMounted(access, { volumeId: bindings.idOf(volume), mountPath }),
    )
    return { access, path, mounted: await Promise.all(found) }
  }
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
