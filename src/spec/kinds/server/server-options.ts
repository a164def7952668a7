import { addressOf } from '../../../model/address.js'
import type { MetadataOptions, Placement, ServerOptions } from '../../../model/launch/server-options.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { ignore, type Path } from '../../problem.js'
import { addressesOf, checkAddresses } from './private-addresses.js'
import { findNamed } from '../../references/declared-names.js'
import { checkSpot, spotOf } from './spot.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'

/** What the entry says of them, `index` being the member of a count; undefined where that is nothing. */
export function optionsOf(context: Context, entry: ServerShape, index: number | undefined): ServerOptions | undefined {
  const { iamInstanceProfile, monitoring, cpu, metadata, placement, stopProtection, shutdownBehavior, spot } = entry
  const options: ServerOptions = {
    ...(iamInstanceProfile !== undefined && { iamInstanceProfile }),
    ...(monitoring !== undefined && { monitoring }),
    ...(cpu?.cores !== undefined &&
      cpu.threadsPerCore !== undefined && { cpu: { cores: cpu.cores, threadsPerCore: cpu.threadsPerCore } }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata: metadataOf(metadata) }),
    ...(placement && Object.keys(placement).length > 0 && { placement: placementOf(context, placement) }),
    ...(stopProtection !== undefined && { stopProtection }),
    ...(shutdownBehavior !== undefined && { shutdownBehavior }),
    ...(spot && { spot: spotOf(spot) }),
    ...addressesOf(entry, index),
  }
  return Object.keys(options).length === 0 ? undefined : options
}

/** Reports options that cannot stand together. */
export function checkOptions(context: Context, path: Path, entry: ServerShape): void {
  checkPlacement(context, [...path, 'placement'], entry.placement)
  checkSpot(context, path, entry)
  checkAddresses(context, path, entry, 'count' in entry ? { count: entry.count } : undefined)
  if (entry.stopProtection === true && entry.state === 'stopped') {
    const message =
      '`stopProtection: true` cannot stand beside `state: stopped`: it keeps the server from being stopped'
    const hint = 'leave one of them out'
    reportAt(context, [...path, 'stopProtection'])({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
  if (entry.metadata?.instanceTags !== 'enabled') return
  for (const key of Object.keys({ ...context.stack.tags, ...entry.tags })) {
    if (metadataTagKey.test(key)) continue
    const message = `a tag that the metadata service tells cannot be called ${JSON.stringify(key)}`
    const hint = 'EC2 takes letters, digits and +-=.,_:@ there; rename the tag, or leave `instanceTags` out'
    reportAt(context, [...path, 'metadata', 'instanceTags'])({ code: 'SPEC_BAD_TAG', message, hint })
  }
}

/** EC2 User Guide, "View tags for your EC2 instances using instance metadata". */
const metadataTagKey = /^(?!\.{1,2}$|_index$)[A-Za-z0-9+=.,_:@-]+$/

function checkPlacement(context: Context, path: Path, placement: ServerShape['placement']): void {
  const { group, partition, tenancy, hostId } = placement ?? {}
  if (group !== undefined) findNamed(context, 'placementGroup', group, reportAt(context, [...path, 'group']))
  const conflicts = [
    { key: 'partition', isOne: partition !== undefined && group === undefined, message: '`partition` needs a `group`' },
    { key: 'hostId', isOne: hostId !== undefined && tenancy !== 'host', message: '`hostId` needs `tenancy: host`' },
    {
      key: 'group',
      isOne: group !== undefined && tenancy === 'host',
      message: 'a server on a Dedicated Host is in no placement group',
    },
  ]
  for (const { key, isOne, message } of conflicts) {
    if (!isOne) continue
    const hint = 'leave one of them out, or add what is missing'
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
}

function placementOf(context: Context, placement: NonNullable<ServerShape['placement']>): Placement {
  const { group, partition, tenancy, hostId } = placement
  const name = group === undefined ? undefined : findNamed(context, 'placementGroup', group, ignore)
  return {
    ...(name !== undefined && { group: addressOf('placementGroup', name) }),
    ...(partition !== undefined && { partition }),
    ...(tenancy !== undefined && { tenancy }),
    ...(hostId !== undefined && { hostId }),
  }
}

export function metadataOf(metadata: NonNullable<ServerShape['metadata']>): MetadataOptions {
  const { tokens, hopLimit, endpoint, instanceTags } = metadata
  return {
    ...(tokens !== undefined && { tokens }),
    ...(hopLimit !== undefined && { hopLimit }),
    ...(endpoint !== undefined && { endpoint }),
    ...(instanceTags !== undefined && { instanceTags }),
  }
}
