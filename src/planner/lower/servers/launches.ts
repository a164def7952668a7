import { appliedTags, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import { loginUser } from '../../../model/inside/login-user.js'
import {
  changesAfterLaunch,
  placementGroupsOf,
  type ServerOptionChanges,
} from '../../../model/launch/server-options.js'
import { nameTag } from '../../../model/names.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { CreateServer, StepId } from '../../../model/steps/step.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { creationTags } from '../../compare/desired-tags.js'
import type { Launch } from '../../decide/servers/server-decision.js'
import { existingIds } from '../../decide/servers/server-properties.js'
import { readyImage } from '../images.js'
import { interfacesReady } from '../interfaces.js'
import type { Lowering } from '../lowering.js'
import { subnetReady } from '../networks.js'
import { readySteps, referencedSteps } from '../readiness.js'
import { narrowedSteps } from '../security-groups.js'
import { addTagging } from '../tagging.js'
import { addressesFree, addressesLeft } from './freed-addresses.js'
import type { PlannedLaunch } from './launch-batches.js'
import { addConnection, addSetup } from './server-inside.js'
import { requestTags } from './spot-requests.js'

/** `after`: what is over before anything is launched; `batch`: what it is launched with. */
export function lowerLaunch(
  lowering: Lowering,
  launch: Launch,
  after: readonly StepId[],
  batch: CreateServer['batch'],
): void {
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
    const { subnet } = launch
    const wanted = options.secondaryPrivateIps ?? []
    const left = addressesLeft(lowering, { address, subnetId: subnet?.id, wanted })
    const needs = [stepId('create-server', address), ...left]
    graph.add('modify-server', address, { instanceId: undefined, options }, { needs })
  }
  if (launch.setupRuns) addSetup(lowering, spec)
  const made = [stepId('create-server', address), stepId('modify-server', address), stepId('run-setup', address)]
  if (spec.state === 'stopped') {
    const needs = [...made, ...interfacesReady(world, address), stepId('connect-host', address)]
    graph.add('stop-server', address, { instanceId: undefined }, { needs })
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

export function plannedLaunch(lowering: Lowering, launch: Launch, after: readonly StepId[]): PlannedLaunch {
  const { world } = lowering
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
          ...requestTags(world, address),
        },
      }),
    },
    needs: [
      ...after,
      ...addressesFree(lowering, { address, subnetId: subnet?.id, wanted: [spec.options?.privateIp] }),
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

function withoutKeys(record: AppliedRecord, keys: ReadonlySet<AppliedKey>): AppliedRecord {
  if (keys.size === 0) return record
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key as AppliedKey)))
}
