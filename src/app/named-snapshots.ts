import { PlanError, UsageError } from '../core/errors.js'
import { findCheckpoint, restoredBy, type Checkpoint } from '../model/checkpoint.js'
import type { LiveSnapshot } from '../model/kinds/volume-snapshot.js'
import type { LiveVolume } from '../model/kinds/volume.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { LiveStack } from '../model/live-stack.js'
import { copySourceOf } from '../model/regions/region-copy.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import { tagKeys } from '../model/tags.js'
import type { Address } from '../model/address.js'
import { shortened } from './servers/named-by-pattern.js'
import type { Session } from './session.js'

/** What people's words mean: a volume, a version of it, a checkpoint. Each throws when there is none. */

/** `volume.music`, or `music` -> its address. */
function volumeAddress(name: string): string {
  return name.startsWith('volume.') ? name : `volume.${name}`
}

/** The live volume of the stack of this name; kept ones are none. */
export function volumeNamed(name: string, live: LiveStack): LiveVolume {
  const wanted = volumeAddress(name)
  const own = live.volumes.filter(
    ({ tags }) =>
      tags[tagKeys.stack] === live.stack && tags[tagKeys.retained] === undefined && tags[tagKeys.role] === undefined,
  )
  const found = own.filter(({ address }) => address === wanted)
  if (found[0] && found.length === 1) return found[0]
  const names = [...new Set(own.map(({ address }) => address))].join(', ')
  throw new UsageError('VOLUME_UNKNOWN', `the stack ${live.stack} has no live volume ${wanted}`, {
    hint: names === '' ? 'it has no volumes at all' : `it has ${names}`,
  })
}

/** Which snapshot of a volume is meant: its number, the newest, or the newest that is not later than a moment (ISO 8601). */
export type WantedVersion = number | 'latest' | { readonly at: string }

/** The completed snapshot of a volume that is meant, to which a restore brings it. The file must name the volume. */
export function versionWanted(name: string, version: WantedVersion, live: LiveStack, spec: StackSpec): LiveSnapshot {
  const wanted = volumeAddress(name)
  if (!spec.volumes.some(({ address }) => address === wanted)) {
    const members = spec.volumes.map(({ address }) => address).filter((address) => address.startsWith(`${wanted}[`))
    throw new UsageError('VOLUME_UNKNOWN', `the stack file of ${spec.stack} names no ${wanted}`, {
      hint:
        members.length > 0
          ? `name one of its members: ${shortened(members).join(', ')}`
          : 'write an entry for it: a volume that the file does not name is removed, and not restored',
    })
  }
  const completed = live.snapshots
    .filter(({ address, state, tags }) => {
      return address === wanted && state === 'completed' && tags[tagKeys.stack] === live.stack
    })
    .sort((left, right) => snapshotVersion(right) - snapshotVersion(left))
  // What the stack has of its own goes before what was copied from another region.
  const isOwn = ({ tags }: LiveSnapshot) => copySourceOf(tags) === undefined
  const arrived = completed.filter((one) => !isOwn(one))
  const found = versionOf(completed.filter(isOwn), version) ?? versionOf(arrived, version)
  if (found) return found
  const isTimed = typeof version === 'object'
  throw new UsageError(
    'SNAPSHOT_UNKNOWN',
    `${wanted} of the stack ${live.stack} has no completed version ${isTimed ? `as old as ${version.at}` : version}`,
    { hint: isTimed ? oldestOf(completed) : versionsOf(completed) },
  )
}

/** Of completed snapshots, the highest version first, the one that is meant. */
function versionOf(completed: readonly LiveSnapshot[], version: WantedVersion): LiveSnapshot | undefined {
  if (version === 'latest') return completed[0]
  if (typeof version === 'number') return completed.find((one) => snapshotVersion(one) === version)
  // Lists show moments to the second: what is copied from there means that snapshot, too.
  const isThen = ({ startedAt }: LiveSnapshot) =>
    Math.floor(Date.parse(startedAt) / 1000) <= Date.parse(version.at) / 1000
  return byTime(completed.filter(isThen)).at(-1)
}

function versionsOf(completed: readonly LiveSnapshot[]): string {
  if (completed.length === 0) return 'it has none at all'
  return `it has ${completed.map((one) => `${snapshotVersion(one) || one.id} of ${one.startedAt}`).join(', ')}`
}

function oldestOf(completed: readonly LiveSnapshot[]): string {
  const [oldest] = byTime(completed)
  if (!oldest) return 'it has none at all'
  return `the oldest is ${snapshotVersion(oldest) > 0 ? `version ${snapshotVersion(oldest)}, ` : ''}${oldest.id} of ${oldest.startedAt}`
}

/** The oldest first. */
function byTime(snapshots: readonly LiveSnapshot[]): readonly LiveSnapshot[] {
  return [...snapshots].sort((left, right) => Date.parse(left.startedAt) - Date.parse(right.startedAt))
}

/** The snapshots of a volume with these numbers. Rejects when one is not there. */
export function versionsNamed(name: string, versions: readonly number[], live: LiveStack): readonly LiveSnapshot[] {
  const wanted = volumeAddress(name)
  const own = live.snapshots.filter(({ address, tags }) => address === wanted && tags[tagKeys.stack] === live.stack)
  return versions.map((version) => {
    const found = own.find((one) => snapshotVersion(one) === version)
    if (found) return found
    const known = own.map(snapshotVersion).filter((number) => number > 0)
    throw new UsageError('SNAPSHOT_UNKNOWN', `${wanted} of the stack ${live.stack} has no version ${version}`, {
      hint:
        known.length === 0 ? 'it has none at all' : `it has ${known.sort((left, right) => left - right).join(', ')}`,
    })
  })
}

export interface CheckpointName {
  readonly stack: string
  readonly name: string
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** `name` of the stack itself, or `other-stack/name`. */
export function checkpointName(text: string, stack: string): CheckpointName {
  const slash = text.indexOf('/')
  const parts = slash === -1 ? { stack, name: text } : { stack: text.slice(0, slash), name: text.slice(slash + 1) }
  if (namePattern.test(parts.name) && parts.stack !== '') return parts
  throw new UsageError('USAGE', `${JSON.stringify(text)} cannot name a checkpoint`, {
    hint: 'letters, digits, dots, dashes and underscores, at most 64; of another stack: stack/name',
  })
}

/** The checkpoint of that name. Throws unless every snapshot of it is completed. */
export function completeCheckpoint(live: LiveStack, { stack, name }: CheckpointName): Checkpoint {
  const checkpoint = findCheckpoint(live.snapshots, stack, name)
  if (!checkpoint) {
    throw new UsageError('CHECKPOINT_UNKNOWN', `the stack ${stack} has no checkpoint ${name}`, {
      hint: '`evenkeel checkpoints` lists those that there are',
    })
  }
  if (checkpoint.state !== 'complete') {
    const completed = checkpoint.snapshots.filter(({ state }) => state === 'completed').length
    const message = `${completed} of ${checkpoint.size} snapshots of the checkpoint ${stack}/${name} are completed`
    throw new PlanError('CHECKPOINT_INCOMPLETE', message, [], {
      hint: checkpoint.state === 'in-progress' ? 'try again when all are' : 'take it again under the same name',
    })
  }
  return checkpoint
}

/** What a plan is given to bring the stack's volumes to a checkpoint. Throws unless every snapshot of it is completed. */
export function restoreFrom(
  live: LiveStack,
  wanted: CheckpointName,
  { spec, notice }: Pick<Session, 'spec' | 'notice'>,
): Readonly<Record<Address, string>> {
  const checkpoint = completeCheckpoint(live, wanted)
  const named = new Set(spec.volumes.map(({ address }) => address))
  const others = checkpoint.snapshots.filter(({ address }) => !named.has(address)).map(({ address }) => address)
  if (others.length > 0) {
    notice(`The checkpoint also has ${others.join(', ')}, which the file does not name.`)
  }
  if (checkpoint.copiedFrom !== undefined) {
    notice(`The checkpoint was copied from ${checkpoint.copiedFrom}, where it was taken at ${checkpoint.startedAt}.`)
  }
  return restoredBy(checkpoint, spec.volumes)
}
