import { UsageError } from '../../../core/errors.js'
import { fleetFolder, type FleetFolder } from '../../../fleet/embedded/fleet-folder.js'
import { createFolderStore } from '../../../fleet/embedded/store.js'
import { readFleet } from '../../../fleet/file/read-fleet.js'
import { matchesPattern } from '../../../fleet/stacks/pattern.js'
import { stacksOf } from '../../../fleet/stacks/stacks-of.js'
import type { FleetSpec, FleetStack, FleetStore } from '../../../fleet/types.js'
import { givenVariables } from '../../given-variables.js'
import type { FleetOptions } from './fleet-options.js'

/** A fleet with what this machine knows of it. */
export interface OpenFleet {
  readonly spec: FleetSpec
  readonly folder: FleetFolder
  readonly store: FleetStore
  /** Those that were asked for, in the order of the fleet. */
  readonly stacks: readonly FleetStack[]
}

/** Reads a fleet's file and finds its stacks. Throws a UsageError for a pattern that fits none. */
export async function openFleet({ file, only }: FleetOptions): Promise<OpenFleet> {
  const spec = readFleet(file)
  const folder = fleetFolder(spec.name)
  const all = await stacksOf(spec, { environment: givenVariables() })
  return { spec, folder, store: createFolderStore(folder.reports), stacks: only ? meant(all, only) : all }
}

function meant(stacks: readonly FleetStack[], patterns: readonly string[]): readonly FleetStack[] {
  const unfit = patterns.find((pattern) => !stacks.some(({ id }) => matchesPattern(pattern, id)))
  if (unfit !== undefined) {
    throw new UsageError('FLEET_STACK_UNKNOWN', `--only ${unfit} fits none of the fleet's ${stacks.length} stacks`, {
      hint: '`evenkeel fleet status` lists them; `*` stands for a part of a name, `**` for any number of folders',
    })
  }
  return stacks.filter(({ id }) => patterns.some((pattern) => matchesPattern(pattern, id)))
}
