import { required } from '../../core/assert.js'
import type { DeleteSnapshot, PlannedRule, StepKind, SupersedeVolume } from '../../model/steps/step.js'
import { tagKeys } from '../../model/tags.js'
import type { Ec2Rule } from '../ports.js'
import type { RunBindings } from '../run-bindings.js'
import { withIds as withIdsIn } from './networks/with-ids.js'
import { accessTo, ownerOf, percentOf, volumeOf, type StepContext, type StepRunner } from './step-context.js'

/** The kinds of steps that only hand their fields, with the ids of what this run made, to one operation of a port. */
export const forwarded = {
  'authorize-ingress': ({ address, rules }, { ports, bindings }) =>
    ports.cloud.authorizeIngress({ groupId: bindings.idOf(address), rules: withIds(rules, bindings) }),

  'revoke-ingress': ({ address, groupId, rules }, context) =>
    context.ports.cloud.revokeIngress({
      groupId,
      rules: withIds(rules, context.bindings),
      owner: ownerOf(address, context),
    }),

  'authorize-egress': ({ address, rules }, { ports, bindings }) =>
    ports.cloud.authorizeEgress({ groupId: bindings.idOf(address), rules: withIds(rules, bindings) }),

  'revoke-egress': ({ address, groupId, rules }, context) =>
    context.ports.cloud.revokeEgress({
      groupId: groupId ?? context.bindings.idOf(address),
      rules: withIds(rules, context.bindings),
      owner: ownerOf(address, context),
    }),

  'modify-network': ({ address, partId, work }, context) =>
    context.ports.cloud.changeNetworkPart({
      id: partId ?? context.bindings.idOf(address),
      owner: ownerOf(address, context),
      work: withIdsIn(work, context.bindings),
    }),

  'delete-network': ({ address, part, partId }, context) =>
    context.ports.cloud.deleteNetworkPart({ id: partId, part, owner: ownerOf(address, context) }),

  'remove-interface': ({ address, interfaceId: id, instanceId }, context) =>
    context.ports.cloud.removeInterface({ id, owner: ownerOf(address, context), instanceId }),

  'delete-security-group': ({ address, groupId }, context) =>
    context.ports.cloud.deleteSecurityGroup({ id: groupId, owner: ownerOf(address, context) }),

  'await-image': ({ imageId: id, region }, context) =>
    context.ports.cloud.awaitImage({
      id,
      ...(region !== undefined && { region }),
      onProgress: percentOf('made', context),
    }),

  'modify-image': ({ address, imageId: id, region, description, shares, tags, removeTags }, context) =>
    context.ports.cloud.modifyImage({
      id,
      owner: ownerOf(address, context),
      ...(region !== undefined && { region }),
      ...(description !== undefined && { description }),
      ...(shares && { shares }),
      tags,
      removeTags,
    }),

  'deregister-image': ({ address, imageId: id, region }, context) =>
    context.ports.cloud.deregisterImage({
      id,
      owner: ownerOf(address, context),
      ...(region !== undefined && { region }),
    }),
  'delete-placement-group': ({ address, groupId }, context) =>
    context.ports.cloud.deletePlacementGroup({ id: groupId, owner: ownerOf(address, context) }),

  'cancel-spot-request': ({ address, requestId, instanceId }, context) =>
    context.ports.cloud.cancelSpotRequest({ id: requestId, instanceId, owner: ownerOf(address, context) }),

  'release-address': ({ address, allocationId }, context) =>
    context.ports.cloud.releaseAddress({ id: allocationId, owner: ownerOf(address, context) }),

  'delete-scaling-group': ({ address, name, templateIds }, context) =>
    context.ports.cloud.deleteScalingGroup({
      owner: ownerOf(address, context),
      id: name === undefined ? undefined : context.bindings.idOf(address),
      name,
      templateIds,
      onState: (words) => context.progress(undefined, words),
    }),
  'delete-launch-templates': ({ address, name, templateIds }, context) =>
    context.ports.cloud.deleteLaunchTemplates({ owner: ownerOf(address, context), name, templateIds }),
  'delete-load-balancer': ({ address, loadBalancerIds, targetGroupIds }, context) =>
    context.ports.cloud.deleteLoadBalancer({ owner: ownerOf(address, context), loadBalancerIds, targetGroupIds }),

  'detach-volume': ({ address, volumeId, instanceId }, context) =>
    context.ports.cloud.detachVolume({ volumeId, instanceId, owner: ownerOf(address, context) }),

  'set-auto-enable-io': ({ address, volumeId, enabled }, context) =>
    context.ports.cloud.setAutoEnableIo({
      id: volumeId ?? context.bindings.idOf(address),
      enabled,
      owner: ownerOf(address, context),
    }),

  'modify-volume': ({ address, volumeId, sizeGiB, type, iops, throughputMiBps }, context) =>
    context.ports.cloud.modifyVolume({
      volumeId,
      sizeGiB,
      type,
      iops,
      throughputMiBps,
      owner: ownerOf(address, context),
      onProgress: percentOf('modified', context),
    }),

  'delete-volume': ({ address, volumeId, inState }, context) =>
    context.ports.cloud.deleteVolume({ id: volumeId, owner: ownerOf(address, context), ...(inState && { inState }) }),

  'delete-snapshot': (step, context) =>
    context.ports.cloud.deleteSnapshot({
      id: snapshotOf(step, context),
      owner: ownerOf(step.address, context),
      ...(step.region !== undefined && { region: step.region }),
    }),

  'modify-snapshot': ({ address, snapshotId: id, shares, tags }, context) =>
    context.ports.cloud.modifySnapshot({ id, owner: ownerOf(address, context), shares, tags }),

  // One call writes both tags: the volume leaves the plan in the very moment in which it is known what takes its place.
  'supersede-volume': (step, context) =>
    context.ports.cloud.setTags({
      id: step.volumeId,
      tags: { ...step.tags, [tagKeys.superseded]: snapshotOf(step, context) },
    }),

  'make-filesystem': async (step, context) => {
    const { fstype, label, uuid, isUsed } = step
    const access = await accessTo(step.server, context)
    return context.ports.hosts.makeFilesystem(access, {
      volumeId: volumeOf(step, context),
      fstype,
      label,
      uuid,
      isUsed,
    })
  },

  'grow-filesystem': async (step, context) => {
    const { fstype, mountPath } = step
    const access = await accessTo(step.server, context)
    return context.ports.hosts.growFilesystem(access, { volumeId: volumeOf(step, context), fstype, mountPath })
  },

  'mount-volume': async (step, context) => {
    const { fstype, mount, fresh } = step
    const access = await accessTo(step.server, context)
    return context.ports.hosts.mount(access, { volumeId: volumeOf(step, context), fstype, mount, fresh })
  },

  'write-fstab': async (step, context) => {
    const { fstype, mount } = step
    const access = await accessTo(step.server, context)
    return context.ports.hosts.writeFstab(access, { volumeId: volumeOf(step, context), fstype, mount })
  },
} satisfies { readonly [K in StepKind]?: StepRunner<K> }

/** Planned rules with the ids of groups that this run may have made. */
function withIds(rules: readonly PlannedRule[], bindings: RunBindings): readonly Ec2Rule[] {
  return rules.map(({ source, ...rule }) => {
    switch (source.kind) {
      case 'security-group':
        return { ...rule, source: { kind: 'security-group', groupId: bindings.idOf(source.address) } }
      case 'security-group-id':
        return { ...rule, source: { kind: 'security-group', groupId: source.groupId } }
      case 'cidr':
      case 'prefix-list':
        return { ...rule, source }
    }
  })
}

/** The snapshot that was planned, else the one that a step of this run took. */
function snapshotOf({ snapshotId, snapshotStep }: DeleteSnapshot | SupersedeVolume, { bindings }: StepContext): string {
  return snapshotId ?? bindings.snapshotOf(required(snapshotStep, 'a snapshot, or the step that takes it'))
}
