import { required } from '../core/assert.js'
import type { ServerSpec } from '../model/stack-spec.js'
import { formatApplied, type AppliedKey, type AppliedRecord } from '../model/applied.js'
import { removedDiff } from './compare/comparison.js'
import { connection, stopNow, suffixNow } from './connection.js'
import { creationTags } from './compare/desired-tags.js'
import type { LiveServer } from '../model/live-stack.js'
import { loginUser } from '../model/login-user.js'
import { nameTag } from '../model/names.js'
import { recordChange, type Planning } from './planning.js'
import { readySteps, referencedSteps } from './readiness.js'
import { reasonForRemoval } from './compare/reasons.js'
import { hostKeyPath, serverTags } from './server-decision.js'
import type { ServerDecision, ServerFate } from './server-fate.js'
import { imageOf, keyNameOf, subnetOf } from './server-properties.js'
import { stepId } from './graph/step-graph.js'
import type { ModifyServer } from '../model/step.js'
import { tagKeys } from '../model/tags.js'

/** Plans the steps of every server; comes after everything that stands on servers, and so knows what they must do for it. */
export function lowerServers(planning: Planning): void {
  for (const fate of planning.fates.values()) {
    if (fate.action === 'remove') lowerRemoval(planning, fate)
    else if (fate.action === 'keep') lowerKept(planning, fate, required(fate.decision, 'decision'))
    else lowerNew(planning, fate, required(fate.decision, 'decision'))
  }
}

function lowerNew(planning: Planning, fate: ServerFate, decision: ServerDecision): void {
  const spec = required(fate.spec, 'server spec')
  const { steps } = planning
  const { address } = spec
  if (fate.live) lowerTermination(planning, fate, fate.live)
  const image = required(imageOf(planning, spec), 'image')
  const subnet = subnetOf(planning, spec)
  const isStopped = spec.state === 'stopped'
  const later = new Set<AppliedKey>([
    ...(decision.setupRuns && decision.record.setup !== undefined ? ['setup' as const] : []),
    ...(isStopped ? ['state' as const] : []),
  ])
  const tags = serverTags(planning, spec)
  steps.add(
    'create-server',
    address,
    {
      imageId: image.id,
      rootDeviceName: image.rootDeviceName,
      type: spec.type,
      zone: subnet ? undefined : fate.zone,
      subnetId: subnet?.id,
      keyPair: spec.keyPair,
      keyName: keyNameOf(planning, spec.keyPair),
      user: loginUser(spec, image),
      securityGroups: spec.securityGroups,
      rootVolume: spec.rootVolume,
      userData: spec.userData,
      protect: spec.protect,
      tags: creationTags(planning, tags, withoutKeys(decision.record, later)),
      rootVolumeTags: {
        ...spec.tags,
        [tagKeys.name]: nameTag(planning.spec.stack, address),
        [tagKeys.stack]: planning.spec.stack,
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
        ...spec.dependsOn.flatMap((other) => readySteps(planning, other)),
      ],
    },
  )
  addConnection(planning, fate, spec)
  if (decision.setupRuns) addSetup(planning, fate, spec)
  if (isStopped) {
    steps.add(
      'stop-server',
      address,
      { instanceId: undefined },
      { needs: [stepId('create-server', address), stepId('connect-host', address), stepId('run-setup', address)] },
    )
  }
  if (later.size > 0) {
    steps.add(
      'tag-resource',
      address,
      { target: address, tags: { [tagKeys.applied]: formatApplied(decision.record) }, removeTags: [] },
      { needs: [stepId('run-setup', address), stepId('stop-server', address), stepId('create-server', address)] },
    )
  }
  recordChange(planning, decision.draft)
}

function lowerKept(planning: Planning, fate: ServerFate, decision: ServerDecision): void {
  const spec = required(fate.spec, 'server spec')
  const live = required(fate.live, 'live server')
  const { steps } = planning
  const { address } = spec
  const changed = new Set(decision.draft.diffs.map(({ path }) => path))
  const stops = fate.runsNow && (!fate.runsAfter || changed.has('type') || fate.stopsForRelease)
  if (stops) {
    steps.add(
      'stop-server',
      address,
      { instanceId: live.id },
      { needs: fate.runsAfter ? [] : [...fate.unmounts], impact: fate.runsAfter ? 'restart' : 'downtime' },
    )
  }
  const modification: Partial<Pick<ModifyServer, 'type' | 'securityGroups' | 'protect'>> = {
    ...(changed.has('type') ? { type: spec.type } : {}),
    ...(changed.has('securityGroups') ? { securityGroups: spec.securityGroups } : {}),
    ...(changed.has('protect') ? { protect: spec.protect } : {}),
  }
  if (Object.keys(modification).length > 0) {
    steps.add(
      'modify-server',
      address,
      { instanceId: live.id, ...modification },
      {
        needs: [
          stepId('stop-server', address),
          ...spec.securityGroups.map((group) => stepId('create-security-group', group)),
        ],
      },
    )
  }
  if (fate.runsAfter && (stops || !fate.runsNow)) {
    steps.add(
      'start-server',
      address,
      { instanceId: live.id },
      {
        needs: [
          stepId('stop-server', address),
          stepId('modify-server', address),
          ...(fate.stopsForRelease || !fate.runsNow ? fate.releases : []),
          // A restart does not wait for what the first start waited for: that may itself wait for volumes from here.
          ...(fate.runsNow ? [] : spec.dependsOn.flatMap((other) => readySteps(planning, other))),
        ],
      },
    )
    fate.connects = true
  }
  if (decision.setupRuns) addSetup(planning, fate, spec)
  if (decision.draft.diffs.some(({ path }) => path === hostKeyPath)) fate.connects = true
  if (fate.connects) addConnection(planning, fate, spec)
  const tagging = decision.tagging
  if (tagging && (Object.keys(tagging.tags).length > 0 || tagging.removeTags.length > 0)) {
    steps.add(
      'tag-resource',
      address,
      { target: address, tags: tagging.tags, removeTags: tagging.removeTags },
      {
        needs: [
          stepId('modify-server', address),
          stepId('stop-server', address),
          stepId('start-server', address),
          stepId('run-setup', address),
        ],
      },
    )
  }
  const isOnlyRestarted = decision.draft.kind === 'none' && fate.stopsForRelease
  recordChange(
    planning,
    isOnlyRestarted
      ? {
          ...decision.draft,
          kind: 'update',
          reason: 'it is stopped so that volumes can leave it: its inside cannot be reached',
        }
      : decision.draft,
  )
}

function lowerRemoval(planning: Planning, fate: ServerFate): void {
  const live = required(fate.live, 'live server')
  lowerTermination(planning, fate, live)
  recordChange(planning, {
    address: fate.address,
    kind: 'remove',
    reason: reasonForRemoval(planning.destroying !== undefined),
    diffs: [removedDiff],
  })
}

/** Terminates what is live, once its volumes have left it; a protection that nobody asks for any more is lifted first. */
function lowerTermination(planning: Planning, fate: ServerFate, live: LiveServer): void {
  const { steps } = planning
  const { address } = fate
  if (live.tags[tagKeys.protect] === 'true')
    steps.add('modify-server', address, { instanceId: live.id, protect: false })
  if (fate.stopsForRelease) {
    steps.add('stop-server', address, { instanceId: live.id }, { ...suffixNow(fate), impact: 'downtime' })
  }
  if (fate.action === 'remove' ? fate.connects : fate.connectsToOld) {
    steps.add('connect-host', address, {}, suffixNow(fate))
  }
  steps.add(
    'terminate-server',
    address,
    { instanceId: live.id },
    {
      needs: [...fate.releases, stepId('modify-server', address), stopNow(fate)],
      impact: 'downtime',
    },
  )
}

function addConnection(planning: Planning, fate: ServerFate, spec: ServerSpec): void {
  const { address } = fate
  // A server that is to be stopped is entered before; one that runs on is entered once it is up again.
  const isUp = fate.runsAfter ? [stepId('start-server', address), stepId('modify-server', address)] : []
  planning.steps.add(
    'connect-host',
    address,
    {},
    {
      needs: [
        stepId('create-server', address),
        ...isUp,
        ...spec.securityGroups.map((group) => stepId('authorize-ingress', group)),
      ],
    },
  )
}

function addSetup(planning: Planning, fate: ServerFate, spec: ServerSpec): void {
  planning.steps.add(
    'run-setup',
    spec.address,
    { commands: spec.setup },
    { needs: [connection(fate), ...fate.mounts, ...referencedSteps(spec.setup)] },
  )
}

function withoutKeys(record: AppliedRecord, keys: ReadonlySet<AppliedKey>): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key as AppliedKey)))
}
