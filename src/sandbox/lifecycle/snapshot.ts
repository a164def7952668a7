import type { Snapshot } from '../model/snapshot.js'
import { hasUsableKey } from '../world/kms-keys.js'
import type { World } from '../world/world.js'
import { settleImages } from './image.js'

/** How long an answer may wait for the copy of a volume's content, so that the point in time is the call's own. */
const copyWaitMaximumMs = 20_000

/**
 * pending -> completed. Resolves when the content has been copied, or after 20 s: clients freeze a filesystem, call
 * CreateSnapshot, and unfreeze when it answers, and the copy must be done by then.
 */
export async function takeSnapshot(world: World, id: string): Promise<void> {
  const { background, latencies, hosts, faults } = world.cloud
  const snapshot = world.snapshots.get(id)
  if (!snapshot) return
  const failed = faults.happens('snapshotErrors', snapshot.root ? 'root' : 'data')
  let copied: () => void = () => {}
  const copy = new Promise<void>((resolve) => (copied = resolve))
  void background.start(`snapshot ${id}`, async () => {
    try {
      await background.inLine(snapshot.volumeId, () =>
        snapshot.root ? copyRootDisk(world, snapshot) : hosts.createSnapshot(id, snapshot.volumeId),
      )
      const taken = world.snapshots.get(id)
      if (taken) world.snapshots.put({ ...taken, isTaken: true })
      world.commit()
      copied()
      await background.sleep(snapshot.durationMs ?? latencies.snapshotPendingMs)
      finish(world, id, failed ? unread : { state: 'completed', completedAtMs: world.now() })
    } catch (error) {
      copied()
      background.reportUnlessStopped(`snapshot ${id}`, error)
      finish(world, id, unread)
    }
  })
  if (hosts.kind === 'none') return
  // Nobody waits for the answer of a sandbox that is closed.
  await Promise.race([copy, background.sleep(copyWaitMaximumMs).catch(() => undefined)])
}

const unread = { state: 'error', stateMessage: 'The volume could not be read' } as const

async function copyRootDisk({ cloud: { hosts }, volumes }: World, { id, volumeId }: Snapshot): Promise<void> {
  const instanceId = volumes.get(volumeId)?.attachment?.instanceId
  if (instanceId === undefined) throw new Error(`${volumeId} belongs to no instance any more`)
  await hosts.createRootSnapshot(id, instanceId)
}

/**
 * A copy shares the content of its source: pending -> completed without work, or -> error when its key cannot be used,
 * which nobody is told (EBS User Guide, "Copy a snapshot").
 */
export function finishCopy(world: World, id: string): void {
  const { background, latencies, faults } = world.cloud
  const failed = faults.happens('snapshotErrors', 'copy')
  void background.start(`snapshot ${id}`, async () => {
    const copy = world.snapshots.get(id)
    await background.sleep(copy?.durationMs ?? latencies.snapshotPendingMs)
    if (copy && !hasUsableKey(world, copy)) {
      return finish(world, id, { state: 'error', stateMessage: 'Given key ID is not accessible' })
    }
    finish(world, id, failed ? unread : { state: 'completed', completedAtMs: world.now() })
  })
}

function finish(world: World, id: string, patch: Partial<Snapshot>): void {
  const snapshot = world.snapshots.get(id)
  if (snapshot?.state !== 'pending') return
  const finished = world.snapshots.put({ ...snapshot, ...patch })
  settleImages(world)
  if (finished.deleteWhenComplete) dropSnapshot(world, finished)
  world.commit()
}

/** Removes a snapshot; its content goes when no copy shares it any more. The caller commits. */
export function dropSnapshot(world: World, snapshot: Snapshot): void {
  const { background, hosts } = world.cloud
  world.snapshots.delete(snapshot.id)
  world.tags.delete(snapshot.id)
  const content = contentOf(snapshot)
  if (world.cloud.worlds().some((one) => isKept(one, content))) return
  void background.start(`deletion of ${snapshot.id}`, async () => {
    while (world.cloud.worlds().some((one) => isBeingRead(one, content))) await background.sleep(readersPollMs)
    await background.inLine(snapshot.volumeId, () => hosts.deleteSnapshot(content))
  })
}

/** A copy in any region shares the content of its source. */
function isKept({ snapshots }: World, content: string): boolean {
  return Boolean(snapshots.get(content) ?? snapshots.find((other) => other.sourceSnapshotId === content))
}

const readersPollMs = 50

/** A volume that is being made of the content still needs it. */
function isBeingRead(world: World, content: string): boolean {
  const reader = world.volumes.find(({ contentId, state, attachment }) => {
    if (contentId !== content) return false
    return state === 'creating' || (attachment?.atLaunch === true && attachment.state === 'attaching')
  })
  return reader !== undefined
}

/** The snapshot id under which the backend holds the content. */
export function contentOf(snapshot: Snapshot): string {
  return snapshot.sourceSnapshotId ?? snapshot.id
}
