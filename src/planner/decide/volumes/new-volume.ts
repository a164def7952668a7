import type { Address } from '../../../model/address.js'
import type { LiveVolume, VolumeSpec } from '../../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { tagKeys } from '../../../model/tags.js'
import { createDiffs, existsDiff, sortedDiffs } from '../../compare/comparison.js'
import { reasonForCreate } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { creationZone, decideCreation } from './creation.js'
import { restoreText } from './restore.js'
import { successionsOf } from './swap.js'
import { newEncryption } from './differences/accepted-encryption.js'
import { type VolumeDecision, type VolumeOrigin } from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'
import { volumeWishes } from './volume-properties.js'
import { type VolumeSource } from './volume-source.js'

export function decideNewVolume(
  inputs: VolumeInputs,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  source: Extract<VolumeSource, { kind: 'snapshot' | 'version' | 'blank' }>,
  wantedZone: string | undefined,
): VolumeDecision {
  const { world } = inputs
  const { address } = spec
  const snapshot = source.kind === 'snapshot' ? source.snapshot : undefined
  const clone = source.kind === 'version' ? versionOrigin(source) : snapshot ? undefined : cloneOrigin(inputs, address)
  const origin = snapshot ?? clone?.origin
  const zone = creationZone(world, spec, server, wantedZone, origin)
  if (typeof zone !== 'string') return zone
  const { creation, inside } = decideCreation(inputs, spec, server, zone, origin)
  // One whose place this one takes, in a swap that was cut off, is not gone by itself.
  const isAwaited = world.wishes.restores.has(address) || isSuperseded(world, address)
  const failed = world.live.volumes.get(address)
  const wasThere = world.live.ledger.has(address) && !isAwaited && failed === undefined
  const from = snapshot?.id ?? clone?.of
  const wishes = createDiffs(volumeWishes(spec, zone, snapshot), wasThere ? 'drift' : 'pending')
  return {
    kind: 'create',
    address,
    spec,
    creation,
    failed,
    inside: inside?.work,
    succeeded: successionsOf(world, spec, server),
    change: {
      address,
      kind: failed ? 'replace' : 'create',
      reason: failed ? failedText(failed) : reasonOf(inputs, address, snapshot, wasThere, from),
      diffs: sortedDiffs<'volume'>([...(wasThere ? [existsDiff] : []), ...wishes]),
    },
    problems: [...newEncryption(world, spec), ...(inside?.problems ?? [])],
    ...(inside && { unread: inside.unread }),
  }
}

function failedText({ id }: LiveVolume): string {
  return `${id} is in state error, and EC2 never made it: it was on no server`
}

function reasonOf(
  { world }: VolumeInputs,
  address: Address,
  snapshot: LiveSnapshot | undefined,
  wasThere: boolean,
  from: string | undefined,
): string {
  const wish = world.wishes.restores.get(address)
  if (wish && snapshot) return `${restoreText(wish, snapshot)}; made from ${snapshot.id}`
  return from === undefined ? reasonForCreate(wasThere) : `${reasonForCreate(wasThere)}; made from ${from}`
}

/** The snapshot that becomes the version of an archive. */
function versionOrigin({ of, version }: Extract<VolumeSource, { kind: 'version' }>): {
  readonly of: string
  readonly origin: VolumeOrigin
} {
  const { sizeGiB, number } = version
  const origin = { id: undefined, takenBy: of, sizeGiB }
  return { of: `${of}, version ${number}`, origin }
}

/** The snapshot that a rule takes of what the volume is to be a clone of. */
function cloneOrigin(
  { copies }: VolumeInputs,
  address: Address,
): { readonly of: string; readonly origin: VolumeOrigin } | undefined {
  const clone = copies.clones.get(address)
  if (!clone) return undefined
  const { of, sync, sizeGiB } = clone
  return { of, origin: { id: undefined, takenBy: sync, sizeGiB } }
}

function isSuperseded({ live }: World, address: Address): boolean {
  return live.retained.get(address)?.some(({ tags }) => tags[tagKeys.superseded] !== undefined) === true
}
