import type { Address } from '../../model/address.js'
import { formatApplied, type AppliedKey, type AppliedRecord } from '../../model/applied.js'
import type { LiveServer } from '../../model/kinds/server.js'
import { loginUser } from '../../model/inside/login-user.js'
import { nameTag } from '../../model/names.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import type { ConnectHost, StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { hostKeyOf, noHostKey, tagKeys } from '../../model/tags.js'
import { creationTags } from '../compare/desired-tags.js'
import { isPlanned } from '../decide/servers/server-decisions.js'
import type {
  Launch,
  PlannedServer,
  RemoveServerDecision,
  ReplaceServerDecision,
  StandingServerDecision,
} from '../decide/servers/server-decision.js'
import { isUnmounted, releaseOf } from '../decide/volumes/volume-decision.js'
import { suffixNow, stopNow } from './connection.js'
import type { Lowering } from './lowering.js'
import { readySteps, referencedSteps } from './readiness.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the servers; `entered` are those inside which some other step of the plan acts. */
export function lowerServers(lowering: Lowering, entered: ReadonlySet<Address>): void {
  const leaving = volumesLeaving(lowering)
  for (const decision of lowering.decisions.servers.values()) {
    if (!isPlanned(decision)) continue
    const volumes = leaving.get(decision.address) ?? none
    lowerServer(lowering, decision, volumes, entered.has(decision.address))
  }
}

function lowerServer(lowering: Lowering, decision: PlannedServer, volumes: VolumesLeaving, isEntered: boolean): void {
  switch (decision.kind) {
    case 'create':
      lowerLaunch(lowering, decision.launch)
      return
    case 'replace':
      lowerTermination(lowering, decision, decision.old, volumes)
      lowerLaunch(lowering, decision.launch)
      return
    case 'keep':
    case 'update':
      lowerStanding(lowering, decision, volumes, isEntered)
      return
    case 'remove':
      lowerTermination(lowering, decision, decision.live, volumes)
  }
}

/** The volumes that leave one server, or are unmounted on it as it is now. */
interface VolumesLeaving {
  readonly released: readonly Address[]
  readonly unmounted: readonly Address[]
}

const none: VolumesLeaving = { released: [], unmounted: [] }

function volumesLeaving({ decisions }: Lowering): ReadonlyMap<Address, VolumesLeaving> {
  const leaving = new Map<Address, { released: Address[]; unmounted: Address[] }>()
  const of = (server: Address) => {
    const known = leaving.get(server) ?? { released: [], unmounted: [] }
    leaving.set(server, known)
    return known
  }
  for (const decision of decisions.volumes.values()) {
    const release = releaseOf(decision)
    const server = release?.holder ?? ('inside' in decision ? decision.inside?.server : undefined)
    if (server === undefined) continue
    if (release) of(server).released.push(decision.address)
    if (isUnmounted(decision)) of(server).unmounted.push(decision.address)
  }
  return leaving
}

function lowerLaunch(lowering: Lowering, launch: Launch): void {
  const { graph, world } = lowering
  const { spec, image, subnet, record } = launch
  const { address } = spec
  const isStopped = spec.state === 'stopped'
  const later = new Set<AppliedKey>([
    ...(launch.setupRuns && record.setup !== undefined ? ['setup' as const] : []),
    ...(isStopped ? ['state' as const] : []),
  ])
  graph.add(
    'create-server',
    address,
    {
      imageId: image.id,
      rootDeviceName: image.rootDeviceName,
      type: spec.type,
      zone: subnet ? undefined : launch.zone,
      subnetId: subnet?.id,
      keyPair: spec.keyPair,
      keyName: launch.keyName,
      user: loginUser(spec, image),
      securityGroups: spec.securityGroups,
      rootVolume: spec.rootVolume,
      userData: spec.userData,
      protect: spec.protect,
      tags: creationTags(world, launch.tags, withoutKeys(record, later)),
      rootVolumeTags: {
        ...spec.tags,
        [tagKeys.name]: nameTag(world.spec.stack, address),
        [tagKeys.stack]: world.spec.stack,
        [tagKeys.address]: address,
        [tagKeys.role]: 'root',
      },
    },
    {
      needs: [
        stepId('terminate-server', address),
        stepId('import-key-pair', spec.keyPair),
        ...spec.securityGroups.map((group) => stepId('create-security-group', group)),
        ...referencedSteps([spec.userData]),
        ...spec.dependsOn.flatMap((other) => readySteps(world, other)),
      ],
    },
  )
  addConnection(lowering, spec, [])
  if (launch.setupRuns) addSetup(lowering, spec)
  const made = [stepId('create-server', address), stepId('run-setup', address)]
  if (isStopped) {
    graph.add('stop-server', address, { instanceId: undefined }, { needs: [...made, stepId('connect-host', address)] })
  }
  if (later.size === 0) return
  const tags = { [tagKeys.applied]: formatApplied(record) }
  addTagging(graph, address, { tags, removeTags: [] }, [...made, stepId('stop-server', address)])
}

function lowerStanding(
  lowering: Lowering,
  decision: StandingServerDecision,
  { released, unmounted }: VolumesLeaving,
  isEntered: boolean,
): void {
  const { graph, world } = lowering
  const { address, spec, live, modification, stopsForRelease } = decision
  const { runsNow, runsAfter } = decision.outlook
  const stops = runsNow && (!runsAfter || modification.type !== undefined || stopsForRelease)
  if (stops) {
    const closing = [...unmounted.map((volume) => stepId('unmount-volume', volume)), ...lowering.addressed(address)]
    const needs = runsAfter ? [] : closing
    graph.add('stop-server', address, { instanceId: live.id }, { needs, impact: runsAfter ? 'restart' : 'downtime' })
  }
  if (Object.keys(modification).length > 0) {
    const needs = [
      stepId('stop-server', address),
      ...spec.securityGroups.map((group) => stepId('create-security-group', group)),
    ]
    graph.add('modify-server', address, { instanceId: live.id, ...modification }, { needs })
  }
  const starts = runsAfter && (stops || !runsNow)
  if (starts) {
    const needs = [
      stepId('stop-server', address),
      stepId('modify-server', address),
      ...(stopsForRelease || !runsNow ? detachments(released) : []),
      // A restart does not wait for what the first start waited for: that may itself wait for volumes from here.
      ...(runsNow ? [] : spec.dependsOn.flatMap((other) => readySteps(world, other))),
    ]
    graph.add('start-server', address, { instanceId: live.id }, { needs })
  }
  if (decision.setupRuns) addSetup(lowering, spec)
  if (starts || isEntered || decision.setupRuns || decision.pinsHostKey) {
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
  ])
}

/** Terminates what is live, once its volumes have left it; a protection that nobody asks for any more is lifted first. */
function lowerTermination(
  lowering: Lowering,
  { address, stopsForRelease }: RemoveServerDecision | ReplaceServerDecision,
  live: LiveServer,
  { released, unmounted }: VolumesLeaving,
): void {
  const { graph } = lowering
  const now = suffixNow(lowering, address)
  if (live.tags[tagKeys.protect] === 'true') {
    graph.add('modify-server', address, { instanceId: live.id, protect: false })
  }
  if (stopsForRelease) graph.add('stop-server', address, { instanceId: live.id }, { ...now, impact: 'downtime' })
  if (unmounted.length > 0) graph.add('connect-host', address, {}, now)
  const needs = [...detachments(released), stepId('modify-server', address), stopNow(lowering, address)]
  graph.add('terminate-server', address, { instanceId: live.id }, { needs, impact: 'downtime' })
}

function detachments(volumes: readonly Address[]): readonly StepId[] {
  return volumes.map((volume) => stepId('detach-volume', volume))
}

function addConnection(
  { graph, addressed }: Lowering,
  { address, securityGroups }: ServerSpec,
  isUp: readonly StepId[],
  known: Pick<ConnectHost, 'didNotAnswer' | 'showsNoHostKey'> = {},
): void {
  const doors = securityGroups.map((group) => stepId('authorize-ingress', group))
  const needs = [stepId('create-server', address), ...isUp, ...doors, ...addressed(address)]
  graph.add('connect-host', address, known, { needs })
}

/** Set-up commands may count on the mounts of the server's own volumes. */
function addSetup({ graph, world }: Lowering, { address, setup }: ServerSpec): void {
  const mounts = (world.volumesByServer.get(address) ?? []).map((volume) => stepId('mount-volume', volume.address))
  const needs = [stepId('connect-host', address), ...mounts, ...referencedSteps(setup)]
  graph.add('run-setup', address, { commands: setup }, { needs })
}

function withoutKeys(record: AppliedRecord, keys: ReadonlySet<AppliedKey>): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key as AppliedKey)))
}
