import type { Action } from './action.js'
import * as types from './catalogue/instance-types.js'
import * as regions from './catalogue/regions.js'
import { copyImage } from './images/copy-image.js'
import { createImage } from './images/create-image.js'
import { deregisterImage } from './images/deregister-image.js'
import { describeImages } from './images/describe-images.js'
import { registerImage } from './images/register-image.js'
import * as imageAttributes from './images/image-attributes.js'
import { getConsoleOutput } from './instances/console.js'
import * as describedInstances from './instances/describe-instances.js'
import * as instanceStatus from './instances/instance-status.js'
import { modifyInstanceCpuOptions } from './instances/cpu-options.js'
import * as credits from './instances/cpu-credits.js'
import * as attributes from './instances/instance-attributes.js'
import * as profiles from './instances/instance-profiles.js'
import { modifyInstancePlacement } from './instances/modify-placement.js'
import * as monitoring from './instances/monitoring.js'
import * as instances from './instances/start-stop.js'
import * as launchTemplates from './launch/launch-templates.js'
import * as placementGroups from './launch/placement-groups.js'
import { runInstances } from './launch/run-instances.js'
import * as addresses from './network/addresses.js'
import * as gateways from './network/internet-gateways.js'
import * as interfaces from './network/network-interfaces.js'
import * as ownInterfaces from './network/own-interfaces.js'
import * as routeTables from './network/route-tables.js'
import * as natGateways from './network/nat-gateways.js'
import * as aclEntries from './network/network-acl-entries.js'
import * as acls from './network/network-acls.js'
import * as rules from './network/security-group-rules.js'
import * as groups from './network/security-groups.js'
import * as subnets from './network/subnets.js'
import * as endpoints from './network/vpc-endpoints.js'
import * as vpcs from './network/vpcs.js'
import * as reservedInstances from './purchases/reserved-instances.js'
import * as spotRequests from './spot/spot-requests.js'
import * as describedVolumes from './volumes/describe-volumes.js'
import * as encryption from './volumes/encryption-default.js'
import { copySnapshot } from './volumes/copy-snapshot.js'
import { modifyVolume } from './volumes/modify-volume.js'
import * as volumeIo from './volumes/volume-io.js'
import * as snapshotAttributes from './volumes/snapshot-attributes.js'
import * as snapshots from './volumes/snapshots.js'
import * as volumes from './volumes/volumes.js'
import * as keyPairs from './key-pairs.js'
import * as tags from './tags.js'

const families: readonly object[] = [
  aclEntries,
  acls,
  endpoints,
  natGateways,
  spotRequests,
  reservedInstances,
  { copyImage, copySnapshot, createImage, deregisterImage, describeImages, registerImage },
  { getConsoleOutput, modifyInstanceCpuOptions, modifyInstancePlacement, modifyVolume, runInstances },
  addresses,
  attributes,
  credits,
  describedInstances,
  describedVolumes,
  encryption,
  groups,
  imageAttributes,
  instances,
  instanceStatus,
  keyPairs,
  launchTemplates,
  monitoring,
  placementGroups,
  gateways,
  interfaces,
  ownInterfaces,
  routeTables,
  subnets,
  vpcs,
  profiles,
  regions,
  rules,
  snapshotAttributes,
  volumeIo,
  snapshots,
  tags,
  types,
  volumes,
]

function isAction(value: unknown): value is Action {
  return typeof value === 'object' && value !== null && 'effect' in value && 'run' in value
}

/** The actions among what these modules export, by name. */
export function actionsIn(modules: readonly object[]): ReadonlyMap<string, Action> {
  return new Map(
    modules.flatMap((family) => Object.values(family).filter(isAction)).map((action) => [action.name, action]),
  )
}

/** Every action of EC2 that the sandbox supports, by name. */
export const actions = actionsIn(families)
