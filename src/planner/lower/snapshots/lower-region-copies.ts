import { required } from '../../../core/assert.js'
import { nameTag } from '../../../model/names.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { Address } from '../../../model/address.js'
import { encryptionTags } from '../../../model/regions/copy-encryption.js'
import type { Tags } from '../../../model/tags.js'
import type { RegionCopies } from '../../decide/snapshots/region-copies.js'
import type { World } from '../../world.js'
import { versionTags } from '../archive-tags.js'
import type { Lowering } from '../lowering.js'

/** Lowers what becomes of copies in other regions: a snapshot of this plan is completed first, and what is kept no longer goes last. */
export function lowerRegionCopies(lowering: Lowering): void {
  for (const decided of lowering.decisions.regionCopies.values()) lowerCopies(lowering, decided)
}

function lowerCopies(lowering: Lowering, { address, copies, removes }: RegionCopies): void {
  const { graph, world } = lowering
  for (const { snapshotId, tags, region, ...options } of copies) {
    const taken = stepId('create-snapshot', address)
    graph.add(
      'copy-snapshot',
      address,
      {
        snapshotId,
        ...(snapshotId === undefined && { snapshotStep: taken }),
        region,
        description: copyDescription(world, address),
        tags: { ...(tags ?? tagsTaken(lowering, address)), ...encryptionTags(options) },
        ...options,
      },
      { suffix: region, needs: snapshotId === undefined ? [taken] : [] },
    )
  }
  for (const { snapshotId, region, isPruned } of removes) {
    const needs = isPruned ? [stepId('copy-snapshot', address, region)] : []
    graph.add('delete-snapshot', address, { snapshotId, region }, { suffix: snapshotId, needs })
  }
}

export function copyDescription({ live }: World, address: Address): string {
  return `${nameTag(live.stack.stack, address)}, copied from ${live.stack.region}`
}

/** What the snapshot has that this plan takes of a volume, or of an archive. */
function tagsTaken({ world, decisions }: Lowering, address: Address): Tags {
  const archive = decisions.archives.get(address)
  const version = archive && 'version' in archive ? archive.version : undefined
  if (version) return versionTags(world, version)
  return required(decisions.schedules.get(address)?.due, `a snapshot of ${address}`).tags
}
