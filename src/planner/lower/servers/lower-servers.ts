import type { Address } from '../../../model/address.js'
import { hasInstanceStore } from '../../../model/launch/instance-store.js'
import { placementGroupsOf } from '../../../model/launch/server-options.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { CreateServer } from '../../../model/steps/step.js'
import { hostKeyOf, noHostKey, tagKeys } from '../../../model/tags.js'
import {
  stopsNow,
  type Modification,
  type PlannedServer,
  type StandingServerDecision,
} from '../../decide/servers/server-decision.js'
import { isPlanned } from '../../decide/servers/server-decisions.js'
import { terminationOf } from '../connection.js'
import { restingFor } from '../images.js'
import { formerKeysNote } from '../key-pairs.js'
import type { Lowering } from '../lowering.js'
import { readySteps, referencedSteps } from '../readiness.js'
import { narrowedSteps } from '../security-groups.js'
import { addAdoption, addTagging } from '../tagging.js'
import { addressesLeft } from './freed-addresses.js'
import { launchBatches } from './launch-batches.js'
import { lowerLaunch, plannedLaunch } from './launches.js'
import { addLifting, lowerEnd } from './server-ends.js'
import { addConnection, addSetup } from './server-inside.js'
import { detachments, endsByWay } from './server-ways.js'
import { addCancellation, addClaim, cancellationsOf } from './spot-requests.js'

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
    for (const { id, instanceId = '', isGone } of decision.requests) {
      const ending = isGone === true || lowering.world.live.endingServers.has(instanceId) ? instanceId : undefined
      addCancellation(lowering, decision.address, id, ending, [])
    }
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

function lowerStanding(lowering: Lowering, decision: StandingServerDecision, isEntered: boolean): void {
  const { graph, world } = lowering
  const { address, spec, live, modification } = decision
  const { runsNow, runsAfter } = decision.outlook
  const stops = stopsNow(decision)
  const ours = addAdoption(lowering.graph, decision)
  const lifted = modification.options?.stopProtection === false && stops
  const unmounted = [...lowering.leaving(address).unmounted, ...lowering.leaving(live.id).unmounted]
  if (stops) {
    const closing = [
      stepId('connect-host', address),
      ...unmounted.map((volume) => stepId('unmount-volume', volume)),
      ...lowering.addressed(address),
    ]
    const lifting = lifted ? [addLifting(lowering, address, live, ours)] : []
    const needs = [...ours, ...lowering.service.left(address, live.id), ...lifting, ...(runsAfter ? [] : closing)]
    const impact = hasInstanceStore(live.type) ? 'data-loss' : runsAfter ? 'restart' : 'downtime'
    graph.add('stop-server', address, { instanceId: live.id }, { needs, impact })
  }
  const remaining = lifted ? withoutLifting(modification) : modification
  if (Object.keys(remaining).length > 0) {
    const needs = [
      ...ours,
      stepId('stop-server', address),
      ...addressesLeft(lowering, {
        address,
        subnetId: live.subnetId,
        wanted: remaining.options?.secondaryPrivateIps ?? [],
      }),
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
      ...ours,
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
  // Its instance is the stack's before it is: a request alone would be one that its instance left behind.
  addClaim(lowering, address, live, [stepId('tag-resource', address)])
}

function withoutLifting({ options, ...others }: Modification): Modification {
  const { stopProtection: _lifted, ...rest } = options ?? {}
  return { ...others, ...(Object.keys(rest).length > 0 && { options: rest }) }
}

function lowerKeys({ graph }: Lowering, { address, keys: { work, noted } }: StandingServerDecision): void {
  if (work) graph.add('authorize-key', address, work, { needs: [stepId('connect-host', address)] })
  if (!noted) return
  const tags = { [tagKeys.formerKeys]: noted.join(' ') }
  graph.add('tag-resource', address, { target: address, tags, removeTags: [] }, { suffix: formerKeysNote })
}
