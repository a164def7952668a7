import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { parseApplied, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { imageKey } from '../../../model/launch/image.js'
import { loginUser } from '../../../model/inside/login-user.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
} from '../../compare/comparison.js'
import { lastingTags, tagWork, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, refuse, refused } from '../decided.js'
import { imageFindings, rootVolumeFindings, userDataFindings } from './launch-differences.js'
import type { Launch, Modification, PlannedServer, ServerDecision } from './server-decision.js'
import { factsOf, insideOf, isRunning, type Inside, type ServerOutlook } from './server-outlook.js'
import { imageOf, keyNameOf, serverProperties, serverWishes, serverWords, subnetOf } from './server-properties.js'
import { serverZone } from './server-zone.js'

/** Decides what becomes of every server, in the file and live. `held` are addresses that are out of the plan already. */
export function decideServers(world: World, held: ReadonlySet<Address>): ReadonlyMap<Address, ServerDecision> {
  const decisions = new Map<Address, ServerDecision>()
  for (const spec of world.spec.servers) {
    if (held.has(spec.address)) continue
    const live = world.live.servers.get(spec.address)
    decisions.set(spec.address, live ? decideExisting(world, spec, live) : decideNew(world, spec, undefined))
  }
  for (const [address, live] of world.live.servers) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideRemoval(world, address, live))
  }
  return decisions
}

/** Why another instance takes the place of a live one. */
interface Replacement {
  readonly live: LiveServer
  readonly diffs: readonly Diff<'server'>[]
  readonly reason: string
}

function decideNew(world: World, spec: ServerSpec, replaced: Replacement | undefined): ServerDecision {
  const { address } = spec
  const launch = launchOf(world, spec, replaced?.live)
  if ('kind' in launch) return launch
  const { zone } = launch
  const impossible = world.live.stack.hostsImpossible !== undefined
  const outlook: ServerOutlook = {
    address,
    spec,
    live: replaced?.live,
    action: replaced ? 'replace' : 'create',
    facts: factsOf(world, address),
    inside: impossible ? 'impossible' : spec.state === 'stopped' ? 'closed' : 'new',
    runsNow: isRunning(replaced?.live),
    runsAfter: spec.state === 'running',
    zone,
  }
  const common = { address, outlook, launch, stopsForRelease: false, problems: [] }
  if (replaced) {
    const { reason, live: old } = replaced
    const change = { address, kind: 'replace', reason, diffs: sortedDiffs(replaced.diffs) } as const
    return { ...common, kind: 'replace', old, change }
  }
  const wasThere = world.live.ledger.has(address)
  const wishes = createDiffs(serverWishes(world, spec, launch.image, zone), wasThere ? 'drift' : 'pending')
  const diffs = sortedDiffs<'server'>([...(wasThere ? [existsDiff] : []), ...wishes])
  return { ...common, kind: 'create', change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs } }
}

/** What a launch takes; what is missing for it is told as an error. */
function launchOf(world: World, spec: ServerSpec, live: LiveServer | undefined): Launch | ServerDecision {
  const { address } = spec
  const image = imageOf(world, spec)
  if (!image) return imageNotFound(spec)
  const subnet = subnetOf(world, spec)
  if (spec.subnet && !subnet) {
    return refuse(address, 'PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`)
  }
  const zone = serverZone(world, spec, live, volumesOf(world, address))
  if (zone === undefined) {
    return refuse(address, 'PLAN_ZONE_NOT_FOUND', `no zone of ${world.live.stack.region} is available`)
  }
  const impossible = world.live.stack.hostsImpossible !== undefined
  const words = serverWords(spec).filter(({ key }) => !(impossible && key === 'setup'))
  return {
    spec,
    image,
    subnet,
    zone,
    keyName: keyNameOf(world, spec.keyPair),
    tags: serverTags(world, spec),
    record: recordOf(world.digest, words),
    setupRuns: spec.setup.length > 0,
  }
}

function imageNotFound({ address, image }: ServerSpec): ServerDecision {
  const message = `no image is ${imageKey(image)}, which the file names for ${address}`
  return refuse(address, 'PLAN_IMAGE_NOT_FOUND', message)
}

function decideExisting(world: World, spec: ServerSpec, live: LiveServer): ServerDecision {
  const { address } = spec
  const applied = parseApplied(live.tags[tagKeys.applied])
  const facts = factsOf(world, address)
  const inside = insideOf(world, spec, live, facts)
  const canRunSetup = inside !== 'impossible' && inside !== 'closed'
  const findings = [
    imageFindings(world, spec, live, applied),
    rootVolumeFindings(world, spec, live, applied),
    userDataFindings(world, spec, applied),
  ]
  const problems = findings.flatMap((finding): readonly Problem[] => finding.problems)
  const diffs = [
    ...compareProperties(world.digest, applied, serverProperties(world, spec, live, applied, canRunSetup)),
    ...findings.flatMap((finding): readonly Diff<'server'>[] => finding.diffs),
  ]
  const replacement = replacementFor(live, diffs)
  const forbidden = replacement && spec.protect ? [protectedProblem(address, replacement.reason)] : []
  const told = [...forbidden, ...problems]
  if (told.some(({ severity }) => severity === 'error')) return refused(address, told)
  if (replacement) {
    const decision = decideNew(world, spec, replacement)
    // What is told of a live server holds as long as no other takes its place.
    return decision.kind === 'refuse' ? refused(address, [...decision.problems, ...problems]) : decision
  }

  const keptKeys = new Set<AppliedKey>(findings.flatMap(({ keeps }) => keeps))
  if (!canRunSetup) keptKeys.add('setup')
  const record = keepApplied(recordOf(world.digest, serverWords(spec)), applied, keptKeys)
  const tags = tagWork(world, live.tags, spec.tags, serverTags(world, spec), record, {
    quiet: [tagKeys.protect],
    alone: diffs.length === 0,
  })
  const pinsHostKey = isEntered(inside) && live.tags[tagKeys.hostKey] === undefined
  const all = sortedDiffs<'server'>([...diffs, ...tags.diffs, ...(pinsHostKey ? [hostKeyDiff] : [])])
  const kind = all.length > 0 ? 'update' : 'keep'
  return {
    kind,
    address,
    spec,
    live,
    outlook: {
      address,
      spec,
      live,
      action: 'keep',
      facts,
      inside,
      runsNow: isRunning(live),
      runsAfter: spec.state === 'running',
      zone: live.zone,
    },
    modification: modificationOf(spec, diffs),
    tagging: withoutProtectTag(spec, live, tags),
    setupRuns: diffs.some(({ path }) => path === 'setup'),
    pinsHostKey,
    stopsForRelease: false,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonFor(all), diffs: all },
    problems,
  }
}

function protectedProblem(address: Address, reason: string): Problem {
  const message = `${address} is protected from termination, and ${reason}`
  return errorOf(address, 'PLAN_PROTECTED', message, 'set protect: false to let it be replaced')
}

/** What of the differences no call can change on a live instance, marked as such. */
function replacementFor(live: LiveServer, diffs: readonly Diff<'server'>[]): Replacement | undefined {
  const marked = diffs.map((diff) => {
    const { how, because } = mutabilityOf('server', diff.path)
    return how === 'replacement' ? { ...diff, forcesReplacement: because } : diff
  })
  const reason = marked.find(({ forcesReplacement }) => forcesReplacement !== undefined)?.forcesReplacement
  return reason === undefined ? undefined : { live, diffs: marked, reason }
}

function modificationOf(spec: ServerSpec, diffs: readonly Diff<'server'>[]): Modification {
  const changed = new Set(diffs.map(({ path }) => path))
  return {
    ...(changed.has('type') && { type: spec.type }),
    ...(changed.has('securityGroups') && { securityGroups: spec.securityGroups }),
    ...(changed.has('protect') && { protect: spec.protect }),
  }
}

/** A protected server goes only where the file, which names it still, says that it is not protected any more. */
function decideRemoval(world: World, address: Address, live: LiveServer): ServerDecision {
  const spec = world.destroying?.servers.find((server) => server.address === address)
  if (live.tags[tagKeys.protect] === 'true' && spec?.protect !== false) {
    const message = `${address} (${live.id}) is protected from termination`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  return {
    kind: 'remove',
    address,
    live,
    outlook: {
      address,
      spec: undefined,
      live,
      action: 'remove',
      facts: factsOf(world, address),
      inside: world.live.stack.hostsImpossible === undefined && isRunning(live) ? 'known' : 'closed',
      runsNow: isRunning(live),
      runsAfter: false,
      zone: live.zone,
    },
    stopsForRelease: false,
    change: {
      address,
      kind: 'remove',
      reason: reasonForRemoval(world.destroying !== undefined),
      diffs: [removedDiff],
    },
    problems: [],
  }
}

/**
 * The same decisions once it is known which servers volumes must leave that nobody can enter: these are stopped first,
 * which unmounts as cleanly.
 */
export function settleServers(
  decisions: ReadonlyMap<Address, ServerDecision>,
  stoppedForRelease: ReadonlySet<Address>,
): ReadonlyMap<Address, ServerDecision> {
  if (stoppedForRelease.size === 0) return decisions
  const settled = new Map(decisions)
  for (const address of stoppedForRelease) {
    const decision = decisions.get(address)
    if (decision && isPlanned(decision)) settled.set(address, stopped(decision))
  }
  return settled
}

function stopped(decision: PlannedServer): ServerDecision {
  if (decision.kind !== 'keep') return { ...decision, stopsForRelease: true }
  const reason = 'it is stopped so that volumes can leave it: its inside cannot be reached'
  return { ...decision, kind: 'update', stopsForRelease: true, change: { ...decision.change, kind: 'update', reason } }
}

export function isPlanned(decision: ServerDecision): decision is PlannedServer {
  return decision.kind !== 'refuse' && decision.kind !== 'leave'
}

/** Tags that a server keeps for good. The login user is left out where nothing is known of the image. */
function serverTags(world: World, spec: ServerSpec): Tags {
  const image = imageOf(world, spec)
  return lastingTags(world, spec.address, spec.tags, {
    ...(spec.user === undefined && !image ? {} : { [tagKeys.user]: loginUser(spec, image) }),
    ...(spec.protect ? { [tagKeys.protect]: 'true' } : {}),
  })
}

/** Protection that the file no longer asks for leaves no tag behind. */
function withoutProtectTag(spec: ServerSpec, live: LiveServer, work: TagWork): TagWork {
  if (spec.protect || live.tags[tagKeys.protect] === undefined) return work
  return { ...work, removeTags: [...work.removeTags, tagKeys.protect].sort(compareText) }
}

/** A server whose host key is not pinned cannot be looked into: an apply was cut off before its first connection. */
const hostKeyDiff: Diff<'server'> = {
  path: `tags.${tagKeys.hostKey}`,
  before: null,
  after: knownAfterApply,
  cause: 'pending',
}

function isEntered(inside: Inside): boolean {
  return inside === 'unread' || inside === 'unasked' || inside === 'known' || inside === 'started'
}

/** `record`, with what was recorded before under the keys that this plan leaves alone. */
function keepApplied(
  record: AppliedRecord,
  applied: AppliedRecord | undefined,
  keys: ReadonlySet<AppliedKey>,
): AppliedRecord {
  if (keys.size === 0) return record
  const kept: Partial<Record<AppliedKey, string>> = { ...record }
  for (const key of keys) {
    const digest = applied?.[key]
    if (digest === undefined) delete kept[key]
    else kept[key] = digest
  }
  return kept
}

function volumesOf(world: World, server: Address): readonly VolumeSpec[] {
  return world.volumesByServer.get(server) ?? []
}
