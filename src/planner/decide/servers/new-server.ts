import type { Address } from '../../../model/address.js'
import { type Diff } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { imageKey } from '../../../model/launch/image.js'
import { loginUser } from '../../../model/inside/login-user.js'
import { rootEndOnReplace, type ReplaceOrder, type ServerSpec } from '../../../model/kinds/server.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import { secretsIn } from '../../../model/template.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { createDiffs, existsDiff, recordOf, sortedDiffs } from '../../compare/comparison.js'
import { foreignTags, lastingTags } from '../../compare/desired-tags.js'
import { reasonForCreate } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { inEntry, refuse, refused, warningOf } from '../decided.js'
import { givesUpAddress, holdersOf, isWantedElsewhere } from '../interfaces/address-holders.js'
import { launchProblems, noZone, closedWay, privateAddress } from './placement.js'
import type { CreateServerDecision, Launch, ServerDecision } from './server-decision.js'
import { rootEndText, serverEnd } from './server-end.js'
import { factsOf, isRunning, leavingServer, type ServerOutlook } from './server-outlook.js'
import { imageOf, keyNameOf, serverWishes, serverWords, subnetOf } from './server-properties.js'
import { leftDiffs, leftRequests, relaunchProblems, takenBack, takenBackText } from './spot.js'
import { serverZone } from './server-zone.js'

export function decideNewServer(world: World, spec: ServerSpec, replaced: Replacement | undefined): ServerDecision {
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
    ...(replaced && { order: orderOf(world, spec, replaced.live) }),
    handsOver: (world.live.superseded.get(address) ?? []).map((other) => leavingServer(world, other)),
    facts: factsOf(world, replaced?.live),
    inside: impossible ? 'impossible' : spec.state === 'stopped' ? 'closed' : 'new',
    runsNow: isRunning(replaced?.live),
    runsAfter: spec.state === 'running',
    zone,
  }
  const requests = leftRequests(world, address)
  const common = {
    address,
    outlook,
    launch,
    ends: [],
    requests,
    problems: [
      ...relaunchProblems(world, address),
      ...readableUserData(spec),
      ...privateAddress(world, launch),
      ...closedWay(world, launch.spec),
    ],
  }
  if (replaced) return decideReplacement(world, spec, replaced, common)
  const wasThere = world.live.ledger.has(address)
  const wishes = createDiffs(serverWishes(world, spec, launch.image, zone), wasThere ? 'drift' : 'pending')
  const diffs = sortedDiffs<'server'>([...(wasThere ? [existsDiff] : []), ...wishes, ...leftDiffs(requests)])
  const interruption = wasThere ? takenBack(world, address) : undefined
  const reason = interruption ? takenBackText(interruption) : reasonForCreate(wasThere)
  const told = interruption
    ? [inEntry(warningOf(address, 'PLAN_SPOT_INTERRUPTED', reason, 'an apply makes another'), 'spot')]
    : []
  return {
    ...common,
    kind: 'create',
    problems: [...common.problems, ...told],
    change: { address, kind: 'create', reason, diffs },
  }
}

function decideReplacement(
  world: World,
  spec: ServerSpec,
  { live, reason, diffs }: Replacement,
  common: Pick<CreateServerDecision, 'address' | 'outlook' | 'launch' | 'requests' | 'problems'>,
): ServerDecision {
  const { address, launch } = common
  const order = orderOf(world, spec, live)
  const rule = rootEndOnReplace(spec)
  const all = [live, ...(world.live.superseded.get(address) ?? [])]
  const ends = all.map((server) => serverEnd(world, server, rule))
  const problems = [...common.problems, ...ends.flatMap((end) => end.problems)]
  if (problems.some(({ severity }) => severity === 'error')) return refused(address, problems)
  const isFirst = order === 'terminate-first' ? `; the old one ends first, ${whyFirst(spec)}` : ''
  return {
    ...common,
    kind: 'replace',
    order,
    launch: order === 'launch-first' ? successorOf(live, launch) : launch,
    ends: ends.map(({ end }) => end),
    change: {
      address,
      kind: 'replace',
      reason: `${reason}; ${rootEndText[rule]}${isFirst}`,
      diffs: sortedDiffs([...diffs, ...leftDiffs(common.requests)]),
    },
    problems,
  }
}

/** A launch sends user data to EC2, which shows it to more than one thinks of. */
export function readableUserData({ address, userData }: Pick<ServerSpec, 'address' | 'userData'>): readonly Problem[] {
  const names = [...new Set(userData ? secretsIn(userData) : [])]
  if (names.length === 0) return []
  const message = `the user data of ${address} holds the value of ${names.map((name) => `\`${name}\``).join(', ')}, and EC2 shows user data to every process of the server and to whoever may call DescribeInstanceAttribute`
  const hint = 'a command of `setup` gets the value over SSH, and EC2 never sees it'
  return [inEntry(warningOf(address, 'PLAN_USER_DATA_READABLE', message, hint), 'userData')]
}

/** The new one comes first, unless the file says otherwise, or its launch waits for what the old one has. */
function orderOf(world: World, spec: ServerSpec, live: LiveServer): ReplaceOrder {
  if (hasItsAddress(spec, live) || changesAddresses(world, spec, live)) return 'terminate-first'
  return spec.replace ?? (world.endsFirst.has(spec.address) ? 'terminate-first' : 'launch-first')
}

/** Gets the address of a server that is to get another one, and gives its own to somebody: neither waits for the other's successor. */
function changesAddresses(world: World, { address, options }: ServerSpec, live: LiveServer): boolean {
  const wanted = options?.privateIp
  if (wanted === undefined || live.privateIp === undefined || !isWantedElsewhere(world, address, [live.privateIp]))
    return false
  return holdersOf(world, live.subnetId, [wanted]).some(
    (holder) => holder.kind === 'server' && holder.address !== address && givesUpAddress(world, holder.address, wanted),
  )
}

/** A private address is one instance's. */
function hasItsAddress({ options = {} }: ServerSpec, live: LiveServer): boolean {
  const { privateIp, secondaryPrivateIps = [] } = options
  const held = new Set([live.privateIp, ...(live.options?.secondaryPrivateIps ?? [])])
  return [privateIp, ...secondaryPrivateIps].some((address) => address !== undefined && held.has(address))
}

function whyFirst({ replace }: ServerSpec): string {
  return replace === 'terminate-first'
    ? 'as `replace: terminate-first` says'
    : 'because the launch of the new one waits for what the old one has'
}

/** EC2 User Guide, "Tag your Amazon EC2 resources". Some are left for what an apply writes later. */
const tagsMax = 50 - 8

/** What the successor of an instance carries beside: whose place it takes, and what others have tagged the old one with. */
function successorOf(live: LiveServer, launch: Launch): Launch {
  const own = { ...launch.tags, [tagKeys.supersedes]: live.id }
  const recorded = new Set(Object.keys(own))
  const others = foreignTags(live.tags).filter(([key]) => !recorded.has(key))
  return { ...launch, tags: { ...Object.fromEntries(others.slice(0, Math.max(0, tagsMax - recorded.size))), ...own } }
}

/** Why another instance takes the place of a live one. */
export interface Replacement {
  readonly live: LiveServer
  readonly diffs: readonly Diff<'server'>[]
  readonly reason: string
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
    return refused(address, [noZone(world, spec)])
  }
  const problems = launchProblems(world, spec, { image, subnet, zone })
  if (problems.length > 0) return refused(address, problems)
  const impossible = world.live.stack.hostsImpossible !== undefined
  const words = serverWords(spec).filter(({ key }) => !(impossible && key === 'setup'))
  return {
    spec,
    image,
    subnet,
    zone,
    keyName: keyNameOf(world, spec),
    tags: { ...serverTags(world, spec), ...(spec.rolling && spec.state === 'running' && unseen) },
    record: recordOf(world.digest, words),
    setupRuns: spec.setup.length > 0,
  }
}

/** It is seen to serve later, by this run or another. */
const unseen: Tags = { [tagKeys.outOfService]: 'true' }

function imageNotFound({ address, image }: ServerSpec): ServerDecision {
  const message = `no image is ${imageKey(image)}, which the file names for ${address}`
  return refuse(address, 'PLAN_IMAGE_NOT_FOUND', message)
}

/** Tags that a server keeps for good. The login user is left out where nothing is known of the image. */
export function serverTags(world: World, spec: ServerSpec): Tags {
  const image = imageOf(world, spec)
  return lastingTags(world, spec.address, spec.tags, {
    ...(spec.user === undefined && !image ? {} : { [tagKeys.user]: loginUser(spec, image) }),
    ...(spec.via === undefined ? {} : { [tagKeys.via]: spec.via }),
    ...(spec.protect ? { [tagKeys.protect]: 'true' } : {}),
    ...(spec.rootVolume.onRemove === 'snapshot' ? { [tagKeys.onRemove]: 'snapshot' } : {}),
  })
}

function volumesOf(world: World, server: Address): readonly VolumeSpec[] {
  return world.volumesByServer.get(server) ?? []
}
