import { shareOf } from '../decide/snapshots/sharing-decisions.js'
import { required } from '../../core/assert.js'
import type { Address } from '../../model/address.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import { nameTag } from '../../model/names.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { tagKeys } from '../../model/tags.js'
import type {
  Attachment,
  Creation,
  Modification,
  RemoveVolumeDecision,
  Succession,
  SwapVolumeDecision,
  Verification,
  VolumeDecision,
} from '../decide/volumes/volume-decision.js'
import type { Lowering } from './lowering.js'
import { lowerInside } from './filesystems.js'
import { addRelease } from './release.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the volumes. */
export function lowerVolumes(lowering: Lowering): void {
  for (const decision of lowering.decisions.volumes.values()) lowerVolume(lowering, decision)
  for (const decision of lowering.decisions.volumes.values()) {
    if ('succeeded' in decision) {
      for (const succession of decision.succeeded) lowerSuccession(lowering, decision.address, succession)
    }
  }
}

function lowerVolume(lowering: Lowering, decision: VolumeDecision): void {
  const { graph } = lowering
  const { address } = decision
  switch (decision.kind) {
    case 'create':
      addCreation(lowering, address, decision.creation, addFailedEnd(lowering, address, decision.failed))
      addArrival(lowering, address, undefined, decision.creation.arrivesAt)
      addIoWord(lowering, address, undefined, decision.spec.autoEnableIo === true ? true : undefined)
      lowerInside(lowering, decision)
      addRecord(lowering, address, decision.creation.tagging)
      return
    case 'keep':
    case 'update':
      addAttachment(lowering, address, decision.live.id, decision.attachment)
      addModification(lowering, address, decision.live.id, decision.modification)
      addIoWord(lowering, address, decision.live.id, decision.autoEnableIo)
      lowerInside(lowering, decision)
      addRecord(lowering, address, decision.tagging)
      return
    case 'adopt': {
      const { live, adoption } = decision
      addAttachment(lowering, address, live.id, decision.attachment)
      addModification(lowering, address, live.id, decision.modification)
      addIoWord(lowering, address, live.id, decision.autoEnableIo)
      lowerInside(lowering, decision)
      graph.add('adopt-volume', address, { volumeId: live.id, ...adoption })
      addRecord(lowering, address, decision.tagging)
      return
    }
    case 'swap':
      lowerSwap(lowering, decision)
      return
    case 'remove':
      lowerRemoval(lowering, decision)
      return
    case 'leave':
    case 'refuse':
  }
}

function addCreation({ graph }: Lowering, address: Address, creation: Creation, needs: readonly StepId[]): void {
  const { zone, sizeGiB, type, iops, throughputMiBps, encrypted, kmsKey, origin, tags } = creation
  const made = origin?.takenBy === undefined ? undefined : stepId('create-snapshot', origin.takenBy)
  graph.add(
    'create-volume',
    address,
    {
      zone,
      sizeGiB,
      type,
      iops,
      throughputMiBps,
      encrypted,
      kmsKey,
      tags,
      snapshotId: origin?.id,
      ...(made !== undefined && { snapshotStep: made }),
    },
    { needs: [...(made === undefined ? [] : [made]), ...needs] },
  )
}

/** A volume that never came about goes only while it is in the state that says so. */
function addFailedEnd({ graph }: Lowering, address: Address, failed: LiveVolume | undefined): readonly StepId[] {
  return failed ? [graph.add('delete-volume', address, { volumeId: failed.id, inState: 'error' })] : []
}

function addAttachment(
  lowering: Lowering,
  address: Address,
  volumeId: string,
  { release, arrivesAt }: Attachment,
): void {
  if (release) addRelease(lowering, address, volumeId, release)
  addArrival(lowering, address, volumeId, arrivesAt)
}

/** `volumeId` undefined: the one that this plan makes. */
function addArrival(
  { graph }: Lowering,
  address: Address,
  volumeId: string | undefined,
  server: Address | undefined,
): void {
  if (server === undefined) return
  graph.add(
    'attach-volume',
    address,
    { volumeId, server },
    {
      needs: [
        stepId('create-volume', address),
        stepId('adopt-volume', address),
        stepId('detach-volume', address),
        stepId('create-server', server),
        // EC2 attaches to what runs or is stopped, and to nothing in between.
        stepId('start-server', server),
        stepId('stop-server', server),
      ],
    },
  )
}

function addModification(
  { graph }: Lowering,
  address: Address,
  volumeId: string,
  modification: Modification | undefined,
): void {
  if (!modification) return
  const needs = [stepId('adopt-volume', address)]
  graph.add('modify-volume', address, { volumeId, ...modification }, { needs })
}

/** A new volume waits for a word where its data is doubtful, and is told otherwise once it is there. `volumeId` undefined: the one that this plan makes. */
function addIoWord(
  { graph }: Lowering,
  address: Address,
  volumeId: string | undefined,
  enabled: boolean | undefined,
): void {
  if (enabled === undefined) return
  const needs = [stepId('create-volume', address), stepId('adopt-volume', address)]
  graph.add('set-auto-enable-io', address, { volumeId, enabled }, { needs })
}

/** Writes down what was applied, after everything else. */
function addRecord({ graph, resting }: Lowering, address: Address, tagging: Creation['tagging']): void {
  if (tagging) addTagging(graph, address, tagging, [...settled(address), ...resting(address)])
}

/** The steps after which a volume is as the file says, whichever of them are planned. */
export function settled(address: Address): readonly StepId[] {
  const kinds = [
    'create-volume',
    'adopt-volume',
    'unmount-volume',
    'detach-volume',
    'attach-volume',
    'modify-volume',
    'set-auto-enable-io',
    'make-filesystem',
    'mount-volume',
    'grow-filesystem',
    'write-fstab',
  ] as const
  return kinds.map((kind) => stepId(kind, address))
}

function lowerSwap(lowering: Lowering, decision: SwapVolumeDecision): void {
  const { graph, world } = lowering
  const { address, live, release, snapshotTags, snapshotId } = decision
  const { id: volumeId } = live
  const taken = graph.add(
    'create-snapshot',
    address,
    {
      volumeId,
      description: `${nameTag(world.spec.stack, address)}, taken before another volume took its place`,
      tags: snapshotTags,
      ...shareOf(world, address),
      ...(live.attachment === undefined && { atRest: true }),
    },
    { needs: release ? [addRelease(lowering, address, volumeId, release)] : [] },
  )
  const marked = graph.add(
    'supersede-volume',
    address,
    {
      volumeId,
      snapshotId,
      snapshotStep: snapshotId === undefined ? taken : undefined,
      tags: { [tagKeys.retained]: world.options.run ?? 'true' },
    },
    { needs: [taken] },
  )
  addCreation(lowering, address, decision.creation, [marked])
  addArrival(lowering, address, undefined, decision.creation.arrivesAt)
  addIoWord(lowering, address, undefined, decision.spec.autoEnableIo === true ? true : undefined)
  lowerInside(lowering, decision)
  addRecord(lowering, address, decision.creation.tagging)
  const verified = addVerification(lowering, address, decision.verification)
  addEnd(lowering, address, volumeId, [taken, marked, ...verified, ...settled(address)])
}

/** Where a volume took the place of another in an apply that was cut off: the old one goes, as it would have gone then. */
function lowerSuccession(lowering: Lowering, address: Address, succession: Succession): void {
  const { graph, world } = lowering
  const { old, snapshotTags: tags } = succession
  const needs = [...addVerification(lowering, address, succession.verification), ...settled(address)]
  if (tags) {
    const description = `${nameTag(world.spec.stack, address)}, taken before the volume was removed`
    needs.push(
      graph.add(
        'create-snapshot',
        address,
        { volumeId: old.id, description, tags, ...shareOf(world, address) },
        { suffix: old.id },
      ),
    )
  }
  addEnd(lowering, address, old.id, needs, old.id)
}

/** The end of a volume whose place another took. A snapshot was taken of it, so only `retain` makes a difference. */
function addEnd(
  { graph, world }: Lowering,
  address: Address,
  volumeId: string,
  needs: readonly StepId[],
  suffix?: string,
): void {
  const rule = required(world.volumes.get(address), `the specification of ${address}`).onRemove
  if (rule === 'retain') {
    const fields = { target: address, resourceId: volumeId, tags: {}, removeTags: [tagKeys.superseded] }
    graph.add('tag-resource', address, fields, { needs, suffix: volumeId })
  } else graph.add('delete-volume', address, { volumeId }, { needs, ...(suffix !== undefined && { suffix }) })
}

function addVerification(
  { graph }: Lowering,
  address: Address,
  verification: Verification | undefined,
): readonly StepId[] {
  if (!verification) return []
  const kinds = ['attach-volume', 'mount-volume', 'write-fstab', 'grow-filesystem'] as const
  const needs = [stepId('connect-host', verification.server), ...kinds.map((kind) => stepId(kind, address))]
  return [graph.add('verify-volume', address, verification, { needs })]
}

function lowerRemoval(lowering: Lowering, { address, live, release, rule, snapshotTags }: RemoveVolumeDecision): void {
  const { graph, world } = lowering
  const { id: volumeId } = live
  const needs = release ? [addRelease(lowering, address, volumeId, release)] : []
  if (rule === 'retain') {
    const tags = { [tagKeys.retained]: world.options.run ?? 'true' }
    graph.add('tag-resource', address, { target: address, tags, removeTags: [] }, { needs })
    return
  }
  if (rule === 'snapshot') {
    const description = `${nameTag(world.spec.stack, address)}, taken before the volume was removed`
    const fields = {
      volumeId,
      description,
      tags: snapshotTags,
      ...shareOf(world, address),
      ...(live.attachment === undefined && { atRest: true as const }),
    }
    needs.push(graph.add('create-snapshot', address, fields, { needs }))
  }
  graph.add('delete-volume', address, { volumeId }, { needs, impact: rule === 'delete' ? 'data-loss' : 'none' })
}
