import type { Action } from './action.js'
import * as addresses from './addresses.js'
import { getConsoleOutput } from './console.js'
import * as describedInstances from './describe-instances.js'
import * as describedVolumes from './describe-volumes.js'
import { describeImages } from './images.js'
import * as attributes from './instance-attributes.js'
import * as types from './instance-types.js'
import * as instances from './instances.js'
import * as keyPairs from './key-pairs.js'
import * as launchTemplates from './launch-templates.js'
import { modifyVolume } from './modify-volume.js'
import * as network from './network.js'
import * as regions from './regions.js'
import { runInstances } from './run-instances.js'
import * as rules from './security-group-rules.js'
import * as groups from './security-groups.js'
import * as snapshots from './snapshots.js'
import * as tags from './tags.js'
import * as volumes from './volumes.js'

const families: readonly object[] = [
  { getConsoleOutput, describeImages, modifyVolume, runInstances },
  addresses,
  attributes,
  describedInstances,
  describedVolumes,
  groups,
  instances,
  keyPairs,
  launchTemplates,
  network,
  regions,
  rules,
  snapshots,
  tags,
  types,
  volumes,
]

function isAction(value: unknown): value is Action {
  return typeof value === 'object' && value !== null && 'effect' in value && 'run' in value
}

/** Every action that the sandbox supports, by name. */
export const actions: ReadonlyMap<string, Action> = new Map(
  families.flatMap((family) => Object.values(family).filter(isAction)).map((action) => [action.name, action]),
)
