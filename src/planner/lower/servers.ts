import type { Address } from '../../model/address.js'
import type { Impact } from '../../model/change.js'
import { appliedTags, type AppliedKey, type AppliedRecord } from '../../model/applied.js'
import { changesAfterLaunch, placementGroupsOf, type ServerOptionChanges } from '../../model/launch/server-options.js'
import type { LiveServer } from '../../model/kinds/server.js'
import { hasInstanceStore } from '../../model/launch/instance-store.js'
import { isOpen, waitsForRoom } from '../../model/launch/spot.js'
import { loginUser } from '../../model/inside/login-user.js'
import { nameTag } from '../../model/names.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import type { ConnectHost, CreateServer, StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { hostKeyOf, noHostKey, tagKeys, type Tags } from '../../model/tags.js'
import { creationTags } from '../compare/desired-tags.js'
import { existingIds } from '../decide/servers/server-properties.js'
import { isPlanned } from '../decide/servers/server-decisions.js'
import {
  stopsNow,
  type Launch,
  type Modification,
  type PlannedServer,
  type StandingServerDecision,
} from '../decide/servers/server-decision.js'
import type { ServerEnd } from '../decide/servers/server-end.js'
import { endSuffix, isHandedAddress, isSucceeded, ownAddress, successorReady, terminationOf } from './connection.js'
import { readyImage, restingFor } from './images.js'
import { formerKeysNote } from './key-pairs.js'
import { launchBatches, type PlannedLaunch } from './launch-batches.js'
import type { Lowering } from './lowering.js'
import { subnetReady } from './networks.js'
import { readySteps, referencedSteps } from './readiness.js'
import { narrowedSteps } from './security-groups.js'
import { detachments, endsByWay, wayIn } from './server-ways.js'
import { addTagging } from './tagging.js'
import { settled } from './volumes.js'

/** Lowers what becomes of the servers; `entered` are those inside which some other step of the plan acts. */
export function lowerServers(lowering: Lowering, entered: ReadonlySet<Address>): void {
  const { servers } = lowering.decisions
  const batches = launchBatches(
    new Map(
      [...servers].flatMap(([address, decision]) =>
        // There is room for some spot instances where there is none for all: each is launched alone.
        decision.kind === 'create' && decision.launch.spec.options?.spot === undefined
          ? [[address, plannedLaunch(lowering, decision.launch, cancellationsOf(decision))] as const]
          : [],
      ),
    ),
  )
  const byWay = endsByWay(lowering)
  for (const decision of servers.values()) {
    if (!isPlanned(decision)) continue
    for (const { id, instanceId } of decision.requests) addCancellation(lowering, decision.address, id, instanceId, [])
    lowerServer(lowering, decision, entered.has(decision.address), batches.get(decision.address))
    const behind = byWay.get(decision.address) ?? []
    for (const end of decision.ends) lowerEnd(lowering, decision.address, end, behind)
  }
}

function lowerServer(
  lowering: Lowering,
  decision: PlannedServer,
  isEntered: boolean,
  batch: CreateServer['batch'],
): void {
  switch (decision.kind) {
    case 'create':
      lowerLaunch(lowering, decision.launch, cancellationsOf(decision), batch)
      return
    case 'replace': {
      const { address, order, ends } = decision
      const ended = ends.map(({ live }) => terminationOf(lowering, address, live.id))
      const after = [
        ...lowering.service.turn(address),
        ...cancellationsOf(decision),
        ...(order === 'terminate-first' ? ended : []),
      ]
      lowerLaunch(lowering, decision.launch, after, undefined)
      return
    }
    case 'keep':
    case 'update':
      lowerStanding(lowering, decision, isEntered)
      return
    case 'remove':
  }
}

/** `after`: what is over before anything is launched; `batch`: what it is launched with. */
function lowerLaunch(lowering: Lowering, launch: Launch, after: readonly StepId[], batch: CreateServer['batch']): void {
  const { graph, world } = lowering
  const { spec, record } = launch
  const { address } = spec
  const { fields, needs } = plannedLaunch(lowering, launch, after)
  graph.add('create-server', address, { ...fields, ...(batch !== undefined && { batch }) }, { needs })
  const own = batch === undefined ? {} : ownNames(launch.tags)
  const isNamedInside = world.live.stack.hostsImpossible === undefined
  addConnection(lowering, spec, [], { ...(batch !== undefined && { tags: own }) })
  const options = changesAfterLaunch(spec.options)
  if (Object.keys(options).length > 0) {
    const made = [stepId('create-server', address)]
    graph.add('modify-server', address, { instanceId: undefined, options }, { needs: made })
  }
  if (launch.setupRuns) addSetup(lowering, spec)
  const made = [stepId('create-server', address), stepId('modify-server', address), stepId('run-setup', address)]
  if (spec.state === 'stopped') {
    graph.add('stop-server', address, { instanceId: undefined }, { needs: [...made, stepId('connect-host', address)] })
  }
  const tags = {
    ...(isNamedInside ? {} : own),
    ...(recordedLater(launch).size > 0 && appliedTags(record)),
  }
  addTagging(graph, address, { tags, removeTags: [] }, [...made, stepId('stop-server', address)])
}

/** The tags by which one that is launched with others is told from them. */
function ownNames(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key === tagKeys.address || key === tagKeys.name))
}

/** What is true of a server only some steps after its launch. */
function recordedLater({ spec, record, setupRuns }: Launch): ReadonlySet<AppliedKey> {
  return new Set<AppliedKey>([
    ...(setupRuns && record.setup !== undefined ? ['setup' as const] : []),
    ...(spec.state === 'stopped' ? ['state' as const] : []),
    ...laterKeys(changesAfterLaunch(spec.options)),
  ])
}

function laterKeys({ secondaryPrivateIps, sourceDestCheck }: ServerOptionChanges): readonly AppliedKey[] {
  return [
    ...(secondaryPrivateIps ? ['ips' as const] : []),
    ...(sourceDestCheck === undefined ? [] : ['check' as const]),
  ]
}

function plannedLaunch({ world }: Lowering, launch: Launch, after: readonly StepId[]): PlannedLaunch {
  const { spec, image, subnet, record } = launch
  const { address } = spec
  return {
    fields: {
      imageId: image.id === '' ? undefined : image.id,
      ...(image.id === '' && image.madeBy !== undefined && { image: image.madeBy }),
      rootDeviceName: image.rootDeviceName,
      type: spec.type,
      zone: subnet ? undefined : launch.zone,
      ...subnetFields(subnet),
      keyPair: spec.keyPair,
      keyName: launch.keyName,
      user: loginUser(spec, image),
      ...(spec.via && { via: spec.via }),
      securityGroups: spec.securityGroups,
      ...existingIds(world, spec),
      ...(spec.alternatives && {
        alternatives: spec.alternatives.map(({ type, zone }) => ({
          type: type ?? spec.type,
          zone: subnet ? undefined : (zone ?? launch.zone),
        })),
      }),
      rootVolume: { sizeGiB: spec.rootVolume.sizeGiB, type: spec.rootVolume.type },
      userData: spec.userData,
      protect: spec.protect,
      ...(spec.options && { options: spec.options }),
      tags: creationTags(world, launch.tags, withoutKeys(record, recordedLater(launch))),
      rootVolumeTags: {
        ...spec.tags,
        [tagKeys.name]: nameTag(world.spec.stack, address),
        [tagKeys.stack]: world.spec.stack,
        [tagKeys.address]: address,
        [tagKeys.role]: 'root',
      },
      ...(spec.options?.spot && {
        spotRequestTags: {
          ...spec.tags,
          [tagKeys.name]: nameTag(world.spec.stack, address),
          [tagKeys.stack]: world.spec.stack,
          [tagKeys.address]: address,
        },
      }),
    },
    needs: [
      ...after,
      ...(image.madeBy === undefined ? [] : readyImage(image.madeBy)),
      stepId('import-key-pair', spec.keyPair),
      ...spec.securityGroups.flatMap((group) => [stepId('create-security-group', group), ...narrowedSteps(group)]),
      ...(spec.subnet?.kind === 'network' ? subnetReady(spec.subnet.address) : []),
      ...placementGroupsOf(spec.options).map((group) => stepId('create-placement-group', group)),
      ...referencedSteps([spec.userData]),
      ...spec.dependsOn.flatMap((other) => readySteps(world, other)),
    ],
  }
}

/** Where it is launched: one that is made in this plan has no id yet. */
function subnetFields(subnet: Launch['subnet']): Pick<CreateServer, 'subnetId' | 'subnet'> {
  if (subnet?.made) return { subnetId: undefined, subnet: subnet.made.subnet }
  return { subnetId: subnet?.id }
}

function lowerStanding(lowering: Lowering, decision: StandingServerDecision, isEntered: boolean): void {
  const { graph, world } = lowering
  const { address, spec, live, modification } = decision
  const { runsNow, runsAfter } = decision.outlook
  const stops = stopsNow(decision)
  const lifted = modification.options?.stopProtection === false && stops
  const unmounted = [...lowering.leaving(address).unmounted, ...lowering.leaving(live.id).unmounted]
  if (stops) {
    const closing = [
      stepId('connect-host', address),
      ...unmounted.map((volume) => stepId('unmount-volume', volume)),
      ...lowering.addressed(address),
    ]
    const lifting = lifted ? [addLifting(lowering, address, live, [])] : []
    const needs = [...lowering.service.left(address, live.id), ...lifting, ...(runsAfter ? [] : closing)]
    const impact = hasInstanceStore(live.type) ? 'data-loss' : runsAfter ? 'restart' : 'downtime'
    graph.add('stop-server', address, { instanceId: live.id }, { needs, impact })
  }
  const remaining = lifted ? withoutLifting(modification) : modification
  if (Object.keys(remaining).length > 0) {
    const needs = [
      stepId('stop-server', address),
      ...referencedSteps([remaining.userData]),
      ...placementGroupsOf(spec.options).map((group) => stepId('create-placement-group', group)),
      // A group goes onto a server that serves only when its rules are in.
      ...spec.securityGroups.flatMap((group) => [
        stepId('create-security-group', group),
        stepId('authorize-ingress', group),
        ...narrowedSteps(group),
      ]),
    ]
    graph.add('modify-server', address, { instanceId: live.id, ...remaining }, { needs })
  }
  const starts = runsAfter && (stops || !runsNow)
  if (starts) {
    const needs = [
      ...lowering.service.turn(address),
      ...restingFor(lowering, address),
      stepId('stop-server', address),
      stepId('modify-server', address),
      ...(runsNow ? [] : detachments(lowering.leaving(live.id).released)),
      // A restart does not wait for what the first start waited for: that may itself wait for volumes from here.
      ...(runsNow ? [] : spec.dependsOn.flatMap((other) => readySteps(world, other))),
    ]
    graph.add('start-server', address, { instanceId: live.id }, { needs })
  }
  if (decision.setupRuns) addSetup(lowering, spec)
  const takesOver = decision.ends.length > 0 && runsNow
  lowerKeys(lowering, decision)
  if (starts || isEntered || takesOver || decision.setupRuns || decision.pinsHostKey || decision.keys.work) {
    // A server that is to be stopped is entered before; one that runs on is entered once it is up again.
    const isUp = runsAfter ? [stepId('start-server', address), stepId('modify-server', address)] : []
    addConnection(lowering, spec, isUp, {
      ...(!starts &&
        decision.outlook.inside === 'unread' &&
        hostKeyOf(live.tags) !== undefined && { didNotAnswer: true }),
      ...(live.tags[tagKeys.hostKey] === noHostKey && { showsNoHostKey: true }),
    })
  }
  addTagging(graph, address, decision.tagging, [
    stepId('modify-server', address),
    stepId('stop-server', address),
    stepId('start-server', address),
    stepId('run-setup', address),
    stepId('authorize-key', address),
  ])
}

function withoutLifting({ options, ...others }: Modification): Modification {
  const { stopProtection: _lifted, ...rest } = options ?? {}
  return { ...others, ...(Object.keys(rest).length > 0 && { options: rest }) }
}

/** Lifts the protection from being stopped that the file does not ask for any more, before the stop. */
function addLifting({ graph }: Lowering, address: Address, { id }: LiveServer, needs: readonly StepId[]): StepId {
  const fields = { instanceId: id, options: { stopProtection: false } }
  return graph.add('modify-server', address, fields, { suffix: `${id}-unprotected`, needs })
}

function lowerKeys({ graph }: Lowering, { address, keys: { work, noted } }: StandingServerDecision): void {
  if (work) graph.add('authorize-key', address, work, { needs: [stepId('connect-host', address)] })
  if (!noted) return
  const tags = { [tagKeys.formerKeys]: noted.join(' ') }
  graph.add('tag-resource', address, { target: address, tags, removeTags: [] }, { suffix: formerKeysNote })
}

/**
 * Ends an instance: its volumes leave it, then it is stopped where its root disk leaves a snapshot, then it is terminated;
 * a protection that nobody asks for any more is lifted before. One whose place another takes goes after all that.
 */
function lowerEnd(
  lowering: Lowering,
  address: Address,
  { live, stopsForRelease, canStop, rootSnapshot }: ServerEnd,
  behind: readonly StepId[],
): void {
  const { graph } = lowering
  const suffix = endSuffix(lowering, address, live.id)
  const taken = isSucceeded(lowering, address, live.id) ? takenOver(lowering, address) : []
  const freed = detachments(lowering.leaving(live.id).released)
  const left = lowering.service.left(address, live.id)
  const needs: StepId[] = [...taken, ...left, ...freed, ...behind]
  const isLost = rootSnapshot === undefined || hasInstanceStore(live.type)
  if (live.tags[tagKeys.protect] === 'true') {
    needs.push(
      graph.add('modify-server', address, { instanceId: live.id, protect: false }, { ...suffix, needs: taken }),
    )
  }
  const lifted = live.options?.stopProtection === true
  const lifting = lifted ? [addLifting(lowering, address, live, successorFirst(lowering, address, live))] : []
  needs.push(...lifting)
  if (canStop && (stopsForRelease || (rootSnapshot && live.state !== 'stopped'))) {
    const before = stopsForRelease
      ? [...successorFirst(lowering, address, live), ...left, ...behind, ...lifting]
      : [...taken, ...left, ...freed, ...behind, ...lifting]
    const impact = hasInstanceStore(live.type) ? 'data-loss' : 'downtime'
    needs.push(graph.add('stop-server', address, { instanceId: live.id }, { ...suffix, needs: before, impact }))
  }
  if (rootSnapshot) {
    const { volumeId, tags, only } = rootSnapshot
    const description = `${nameTag(lowering.world.live.stack.stack, address)}, root disk of ${live.id}, taken before it ended`
    needs.push(
      graph.add('create-snapshot', address, { volumeId, description, tags, only }, { ...suffix, needs: [...needs] }),
    )
  }
  const termination = terminationOf(lowering, address, live.id) === stepId('terminate-server', address) ? {} : suffix
  const impact = isLost ? 'data-loss' : 'downtime'
  // Else EC2 launches another; an instance that EC2 has stopped ends with its request.
  if (live.spot && isOpen(live.spot)) {
    needs.push(
      addCancellation(
        lowering,
        address,
        live.spot.requestId,
        live.id,
        [...needs],
        waitsForRoom(live) ? impact : 'none',
      ),
    )
  }
  graph.add('terminate-server', address, { instanceId: live.id }, { ...termination, needs, impact })
}

function addCancellation(
  { graph }: Lowering,
  address: Address,
  requestId: string,
  instanceId: string | undefined,
  needs: readonly StepId[],
  impact: Impact = 'none',
): StepId {
  const fields = { requestId, ...(instanceId !== undefined && { instanceId }) }
  return graph.add('cancel-spot-request', address, fields, { suffix: requestId, needs, impact })
}

/** The ends of requests that outlived their instances: nothing is launched beside them. */
function cancellationsOf({ address, requests }: Pick<PlannedServer, 'address' | 'requests'>): readonly StepId[] {
  return requests.map(({ id }) => stepId('cancel-spot-request', address, id))
}

function successorFirst(lowering: Lowering, address: Address, { id }: LiveServer): readonly StepId[] {
  return isSucceeded(lowering, address, id) ? successorReady(lowering, address) : []
}

/** The steps after which nothing is left that only the old instance of a server has. */
function takenOver(lowering: Lowering, address: Address): readonly StepId[] {
  const { world, addressed, service } = lowering
  const volumes = world.volumesByServer.get(address) ?? []
  return [
    ...successorReady(lowering, address),
    ...addressed(address),
    ...service.back(address),
    stepId('connect-host', address),
    stepId('modify-server', address),
    stepId('stop-server', address),
    stepId('run-setup', address),
    stepId('tag-resource', address),
    ...volumes.flatMap((volume) => [
      ...settled(volume.address),
      stepId('verify-volume', volume.address),
      stepId('tag-resource', volume.address),
    ]),
  ]
}

/** A server that gets its address from another instance is entered twice: at its own address, so that it is known to be ready, and at that one. */
function addConnection(
  lowering: Lowering,
  { address, securityGroups, via }: ServerSpec,
  isUp: readonly StepId[],
  known: Pick<ConnectHost, 'didNotAnswer' | 'showsNoHostKey' | 'tags'> = {},
): void {
  const { graph, addressed } = lowering
  const doors = securityGroups.map((group) => stepId('authorize-ingress', group))
  const way = via === undefined ? [] : [...wayIn(via), ...addressed(via)]
  const needs = [stepId('create-server', address), ...isUp, ...doors, ...way]
  if (isHandedAddress(lowering, address)) graph.add('connect-host', address, known, { needs, suffix: ownAddress })
  graph.add('connect-host', address, known, { needs: [...needs, ...addressed(address)] })
}

/** Set-up commands may count on the mounts of the server's own volumes. */
function addSetup({ graph, world }: Lowering, { address, setup }: ServerSpec): void {
  const mounts = (world.volumesByServer.get(address) ?? []).map((volume) => stepId('mount-volume', volume.address))
  const needs = [stepId('connect-host', address), ...mounts, ...referencedSteps(setup)]
  graph.add('run-setup', address, { commands: setup }, { needs })
}

function withoutKeys(record: AppliedRecord, keys: ReadonlySet<AppliedKey>): AppliedRecord {
  if (keys.size === 0) return record
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key as AppliedKey)))
}
