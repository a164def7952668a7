import type { Address } from '../../../model/address.js'
import { recordTag } from '../../../model/copy-record.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { SnapshotHold } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import { createDiffs } from '../../compare/comparison.js'
import { reasonForCreate } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { leave, refuse, unchanged } from '../decided.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { CloneDecision, CloneSource } from './clone-decision.js'
import { blockRuleDigest } from './rule-digests.js'

/**
 * Decides every rule with `method: clone`, before the volumes, one of which is the clone. `held` are volumes for which
 * nothing is planned.
 */
export function decideClones(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, CloneDecision> {
  const decide = (spec: SyncSpec): CloneDecision => {
    const [from] = spec.from
    const source = from?.kind === 'volume' ? world.volumes.get(from.volume) : undefined
    const target = spec.to.kind === 'volume' ? spec.to.volume : undefined
    const isPlannable = source && target !== undefined && ![source.address, target].some((end) => held.has(end))
    if (!isPlannable) return leave(spec.address, 'one of its ends cannot be planned')
    return decideRule(world, spec, target, sourceOf(world, servers, source))
  }
  const rules = world.spec.syncs.filter(({ method }) => method === 'clone')
  return new Map(rules.map((spec) => [spec.address, decide(spec)]))
}

function decideRule(world: World, spec: SyncSpec, target: Address, source: CloneSource): CloneDecision {
  const { address } = spec
  const key = recordTag(address)
  const record: Tags = { [key]: `clone ${blockRuleDigest(spec)}` }
  const leftovers = world.live.snapshots.get(address) ?? []
  const live = world.live.volumes.get(target)
  if (!live) {
    const isLost = world.live.ledger.has(address) && world.live.ledger.has(target)
    const wanted = { from: source.volume, to: target, method: 'clone' }
    const diffs = createDiffs(wanted, isLost ? 'drift' : 'pending')
    const change = { address, kind: 'create', reason: reasonForCreate(isLost), diffs } as const
    return { kind: 'create', address, change, problems: [], target, record, source, leftovers }
  }
  if (live.tags[key] !== record[key]) {
    const message = `${address}: ${target} (${live.id}) is there already, and a clone is made anew`
    return refuse(address, 'PLAN_COPY_OVERWRITES', message, 'write method: blocks to copy onto it')
  }
  if (leftovers.length === 0) {
    return { kind: 'keep', address, change: unchanged(address), problems: [], target, record }
  }
  const reason = 'the snapshot that the clone was made from is still there'
  const change = { address, kind: 'update', reason, diffs: [] } as const
  return { kind: 'update', address, change, problems: [], target, record, leftovers }
}

/** A mounted one is frozen where its server can be entered. */
function sourceOf(world: World, servers: ServerOutlooks, { address, server, mount, sizeGiB }: VolumeSpec): CloneSource {
  const outlook = server === undefined ? undefined : servers.get(server)
  const isPossible = world.live.stack.hostsImpossible === undefined
  const canEnter = outlook?.runsAfter === true && isPossible && outlook.inside !== 'unread'
  const hold: SnapshotHold | undefined =
    outlook && mount && canEnter ? { how: 'freeze', server: outlook.address } : undefined
  const live = world.live.volumes.get(address)
  return { volume: address, volumeId: live?.id, sizeGiB: live?.sizeGiB ?? sizeGiB ?? 0, hold }
}
