import type { Address } from '../../../model/address.js'
import { appliedOf, formatApplied } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import type { InterfaceSpec, LiveInterface } from '../../../model/kinds/network-interface.js'
import { existingKey } from '../../../model/launch/existing.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import { mutabilityOf } from '../../../model/mutability.js'
import { tagKeys } from '../../../model/tags.js'
import {
  causeOf,
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
  type Property,
} from '../../compare/comparison.js'
import { creationTags, lastingTags, tagWork, userTagsWord } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, leave, refuse, refuseAlone, refused } from '../decided.js'
import { existingGroup, existingGroupProblems } from '../existing.js'
import { subnetFor } from '../networks/network-subnets.js'
import { groupProblems } from '../servers/placement.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import { isWantedElsewhere } from './address-holders.js'
import type { InterfaceDecision } from './interface-decision.js'

/** Decides what becomes of every interface beside those that servers are launched with. `held` are addresses that are out of the plan already. */
export function decideInterfaces(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, InterfaceDecision> {
  const decisions = new Map<Address, InterfaceDecision>()
  for (const spec of world.spec.interfaces ?? []) {
    if (!held.has(spec.address)) decisions.set(spec.address, decideNamed(world, spec, servers))
  }
  for (const [address, live] of world.live.interfaces) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideRemoval(world, live, servers))
  }
  return decisions
}

/** What is asked for, with what it names. */
interface Asked {
  readonly world: World
  readonly spec: InterfaceSpec
  readonly subnet: LiveSubnet
  readonly existingGroupIds: readonly string[]
}

function decideNamed(world: World, spec: InterfaceSpec, servers: ServerOutlooks): InterfaceDecision {
  const { address, existingGroups = [] } = spec
  const server = servers.get(spec.server)
  if (!server) return leave(address, `${spec.server} cannot be planned`)
  const problems = existingGroupProblems(world, spec)
  if (problems.length > 0) return refused(address, problems)
  const subnet = subnetFor(world, spec.subnet)
  if (!subnet) return refuse(address, 'PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`)
  if (server.zone !== undefined && server.zone !== subnet.zone) {
    const message = `${address} is in ${subnet.zone}, and ${spec.server} in ${server.zone}: an interface is attached in its own zone alone`
    return refused(address, [
      inEntry(errorOf(address, 'PLAN_ZONE_MISMATCH', message, 'name a subnet of its zone'), 'subnet'),
    ])
  }
  const elsewhere = groupProblems(world, spec, subnet.vpcId)
  if (elsewhere.length > 0) return refused(address, elsewhere)
  const existingGroupIds = existingGroups.map((one) => existingGroup(world, one)?.id ?? existingKey(one)).sort()
  const asked = { world, spec, subnet, existingGroupIds }
  const live = world.live.interfaces.get(address)
  return live ? decideExisting(asked, live, server) : decideNew(asked)
}

function decideNew(
  asked: Asked,
  replaced?: { readonly live: LiveInterface; readonly diffs: readonly Diff<'interface'>[] },
) {
  const { world, spec } = asked
  const { address } = spec
  const wasThere = world.live.ledger.has(address)
  const words = interfaceWords(spec)
  const record = recordOf(world.digest, words)
  // What is done to it once it is made is recorded when that is done.
  const later = new Set(['server', 'addresses', 'passes'])
  const first = recordOf(
    world.digest,
    words.filter(({ key }) => !later.has(key)),
  )
  const wishes = createDiffs<'interface'>(
    {
      attachment: spec.server,
      subnet: asked.subnet.id,
      privateIp: spec.privateIp ?? knownAfterApply,
      secondaryPrivateIps: spec.secondaryPrivateIps.length > 0 ? spec.secondaryPrivateIps : undefined,
      securityGroups: groupsShown(asked),
      sourceDestCheck: spec.sourceDestCheck ? undefined : false,
      ...Object.fromEntries(Object.entries(spec.tags).map(([key, value]) => [`tags.${key}`, value])),
    },
    wasThere ? 'drift' : 'pending',
  )
  const change = replaced
    ? ({ address, kind: 'replace', reason: reasonFor(replaced.diffs), diffs: sortedDiffs(replaced.diffs) } as const)
    : ({
        address,
        kind: 'create',
        reason: reasonForCreate(wasThere),
        diffs: sortedDiffs<'interface'>([...(wasThere ? [existsDiff] : []), ...wishes]),
      } as const)
  return {
    kind: replaced ? ('replace' as const) : ('create' as const),
    address,
    spec,
    subnet: asked.subnet,
    existingGroupIds: asked.existingGroupIds,
    ends: replaced?.live,
    tags: creationTags(world, lastingTags(world, address, spec.tags), first),
    tagging: { tags: { [tagKeys.applied]: formatApplied(record) }, removeTags: [] },
    change,
    problems: [],
  }
}

function decideExisting(asked: Asked, live: LiveInterface, server: ServerOutlook): InterfaceDecision {
  const { world, spec, subnet, existingGroupIds } = asked
  const { address } = spec
  const foreign = foreignHolder(world, live)
  if (foreign !== undefined) return attachedElsewhere(live, foreign)
  const applied = appliedOf(live.tags)
  const compared = compareProperties(world.digest, applied, properties(asked, live))
  const fixed = compared.map((diff) => {
    const { how, because } = mutabilityOf('interface', diff.path)
    return how === 'replacement' ? { ...diff, forcesReplacement: because } : diff
  })
  if (fixed.some(({ forcesReplacement }) => forcesReplacement !== undefined)) {
    return decideNew(asked, { live, diffs: fixed })
  }
  const attached = attachmentDiffs(asked, live, server)
  const record = recordOf(world.digest, interfaceWords(spec))
  const own = [...compared, ...attached, ...endDiffs(live)]
  const lasting = lastingTags(world, address, spec.tags)
  const tagging = tagWork(world, live.tags, spec.tags, lasting, record, { alone: own.length === 0 })
  const diffs = sortedDiffs<'interface'>([...own, ...tagging.diffs])
  const kind = diffs.length > 0 ? 'update' : 'keep'
  return {
    kind,
    address,
    spec,
    subnet,
    existingGroupIds,
    live,
    changes: own.length > 0,
    attaches: attached.length > 0,
    leaves: attached.length > 0 ? live.instanceId : undefined,
    tagging,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonFor(diffs), diffs },
    problems: [],
  }
}

function attachmentDiffs(
  { world, spec }: Asked,
  live: LiveInterface,
  server: ServerOutlook,
): readonly Diff<'interface'>[] {
  const isHome = live.instanceId !== undefined && live.instanceId === server.live?.id
  if (isHome && server.action === 'keep') return []
  if (isHome) return [{ path: 'attachment', before: live.instanceId ?? null, after: knownAfterApply, cause: 'pending' }]
  // A replacement that was cut off goes on, and one that ended has left it: nobody has changed anything.
  const isUnfinished = world.live.superseded.get(spec.server)?.some(({ id }) => id === live.instanceId) === true
  const isNew = server.action !== 'keep'
  const cause = isUnfinished || isNew ? 'pending' : causeOf(world.digest, appliedOf(live.tags), 'server', spec.server)
  return [{ path: 'attachment', before: live.instanceId ?? null, after: spec.server, cause }]
}

/** Somebody has made it end with its instance: nothing of the file says that it may. */
function endDiffs({ endsWithInstance }: LiveInterface): readonly Diff<'interface'>[] {
  return endsWithInstance ? [{ path: 'deleteOnTermination', before: true, after: false, cause: 'drift' }] : []
}

/** It is deleted; what is attached to somebody else's instance by now stays, for it is in use there. */
function decideRemoval(world: World, live: LiveInterface, servers: ServerOutlooks): InterfaceDecision {
  const { address, instanceId } = live
  const foreign = foreignHolder(world, live)
  if (foreign !== undefined) return attachedElsewhere(live, foreign)
  const server = instanceId === undefined ? undefined : holderOf(world, instanceId)
  const outlook = server && servers.get(server)
  if (server && !outlook && !world.live.endingServers.has(instanceId ?? '')) {
    return leave(address, `${server} cannot be planned`)
  }
  const ends = outlook !== undefined && !(outlook.action === 'keep' && outlook.live?.id === instanceId)
  const isLast = ends && !isWantedElsewhere(world, address, [live.privateIp, ...live.secondaryPrivateIps])
  const reason = reasonForRemoval(world.destroying !== undefined)
  const impact = isLast || server === undefined ? 'none' : 'downtime'
  const change = { address, kind: 'remove', reason, diffs: [removedDiff], impact } as const
  return { kind: 'remove', address, live, server, isLast, change, problems: [] }
}

/** The instance of the stack that has it. */
function holderOf({ live }: World, instanceId: string): Address | undefined {
  return live.serversById.get(instanceId)?.address ?? live.endingServers.get(instanceId)
}

/** What it is attached to, where that is nothing of the stack. */
function foreignHolder(world: World, { instanceId, isAttached }: LiveInterface): string | undefined {
  if (!isAttached) return undefined
  if (instanceId === undefined) return 'something that EC2 does not tell'
  return holderOf(world, instanceId) === undefined ? instanceId : undefined
}

function attachedElsewhere({ address, id }: LiveInterface, holder: string): InterfaceDecision {
  const message = `${address} (${id}) is attached to ${holder}, which is not of this stack`
  return refuseAlone(address, 'PLAN_FOREIGN_ASSOCIATION', message, 'detach it there first')
}

function properties(asked: Asked, live: LiveInterface): readonly Property<'interface'>[] {
  const { world, spec, subnet } = asked
  const groups = live.securityGroupIds.map((id) => world.live.groupsById.get(id)?.address ?? id).sort()
  const words = new Map(interfaceWords(spec).map(({ key, word }) => [key, word]))
  return [
    { path: 'subnet', key: 'subnet', word: words.get('subnet'), before: live.subnetId, after: subnet.id },
    ...(spec.privateIp === undefined
      ? []
      : [
          {
            path: 'privateIp' as const,
            key: 'address' as const,
            word: words.get('address'),
            before: live.privateIp,
            after: spec.privateIp,
          },
        ]),
    {
      path: 'secondaryPrivateIps',
      key: 'addresses',
      word: words.get('addresses'),
      before: live.secondaryPrivateIps,
      after: spec.secondaryPrivateIps,
    },
    { path: 'securityGroups', key: 'group', word: words.get('group'), before: groups, after: groupsShown(asked) },
    {
      path: 'sourceDestCheck',
      key: 'passes',
      word: words.get('passes'),
      before: live.sourceDestCheck,
      after: spec.sourceDestCheck,
    },
  ]
}

function groupsShown({ spec, existingGroupIds }: Asked): readonly string[] {
  return [...spec.securityGroups, ...existingGroupIds].sort()
}

/** What the file says of an interface, as it is digested into the applied tag. */
export function interfaceWords(spec: InterfaceSpec): readonly Pick<Property, 'key' | 'word'>[] {
  return [
    { key: 'server', word: spec.server },
    { key: 'subnet', word: spec.subnet },
    { key: 'address', word: spec.privateIp },
    { key: 'addresses', word: spec.secondaryPrivateIps },
    { key: 'group', word: [...spec.securityGroups, ...(spec.existingGroups ?? []).map(existingKey)] },
    { key: 'passes', word: spec.sourceDestCheck },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ]
}
