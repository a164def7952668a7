import { attach, detach } from '../../lifecycle/attachment.js'
import { createVolume as begin, deleteVolume as beginDeletion } from '../../lifecycle/volume.js'
import { newId } from '../../model/ids.js'
import { instanceTypes } from '../../model/instance-types.js'
import { readTagSpecifications } from '../../model/tags.js'
import type { Volume } from '../../model/volume.js'
import { readVolumeType, resolveVolume } from '../../model/volume-types.js'
import { renderAttachment, renderVolume } from '../../render/volume.js'
import { ApiError, invalidCombination, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import { boolean, integer, required, string, tagSpecifications, type ParsedMembers } from '../../wire/shape.js'
import { findInstance, findVolume } from '../../world/lookup.js'
import { encryptsByDefault } from '../../world/encryption.js'
import { encryptionOf } from '../../world/kms-keys.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { checkDeviceName, usableSnapshot } from '../launch/block-devices.js'

const createMembers = {
  AvailabilityZone: string,
  AvailabilityZoneId: string,
  Encrypted: boolean,
  Iops: integer,
  KmsKeyId: string,
  Size: integer,
  SnapshotId: string,
  VolumeType: string,
  Throughput: integer,
  TagSpecification: tagSpecifications,
  ClientToken: string,
} as const

export const createVolume = defineAction({
  name: 'CreateVolume',
  effect: 'writes',
  members: createMembers,
  run: (parameters, world) => {
    const token = { action: 'CreateVolume', token: parameters.ClientToken, parameters }
    const [earlier] = findByToken(world, token) ?? []
    if (earlier !== undefined) {
      const volume = world.volumes.get(earlier)
      if (volume) return renderVolume(world, volume)
      throw new ApiError(
        'IdempotentParameterMismatch',
        'The client token you have provided is associated with a resource that is already deleted. Please use a different client token.',
      )
    }
    const tags = readTagSpecifications(parameters.TagSpecification, ['volume'])
    const volume = world.volumes.put({
      ...planVolume(world, parameters),
      id: newId('vol'),
      sequence: world.nextSequence(),
    })
    world.tags.put(volume.id, tags.volume)
    noteCreation(world, volume.id)
    rememberToken(world, token, [volume.id])
    begin(world, volume.id)
    return renderVolume(world, volume)
  },
})

function planVolume(world: World, parameters: ParsedMembers<typeof createMembers>): Omit<Volume, 'id' | 'sequence'> {
  const { AvailabilityZone: zoneName, AvailabilityZoneId: zoneId } = parameters
  if (zoneName === undefined && zoneId === undefined) throw missingParameter('availabilityZone')
  if (zoneName !== undefined && zoneId !== undefined) {
    throw invalidCombination('Specify either AvailabilityZone or AvailabilityZoneId, not both.')
  }
  const zone = world.region.zones.find((candidate) => candidate.name === zoneName || candidate.id === zoneId)
  if (!zone) throw new ApiError('InvalidZone.NotFound', `The zone '${zoneName ?? zoneId}' does not exist.`)
  const snapshot = parameters.SnapshotId ? usableSnapshot(world, parameters.SnapshotId) : undefined
  const sizeGiB = parameters.Size ?? snapshot?.sizeGiB
  if (sizeGiB === undefined) throw missingParameter('size/snapshot')
  if (snapshot && sizeGiB < snapshot.sizeGiB) {
    throw invalidValue(
      `The size of a volume, ${sizeGiB} GiB, cannot be smaller than that of its snapshot '${snapshot.id}', ${snapshot.sizeGiB} GiB.`,
    )
  }
  // CreateVolume's default type is gp2; the console's is gp3.
  const type = readVolumeType(parameters.VolumeType, 'gp2')
  const wanted = {
    encrypted: (parameters.Encrypted ?? false) || encryptsByDefault(world),
    kmsKeyId: parameters.KmsKeyId,
  }
  const encryption = encryptionOf(world, wanted, snapshot)
  if (parameters.KmsKeyId !== undefined && !encryption.encrypted) {
    throw new ApiError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    )
  }
  return {
    ...resolveVolume({ type, sizeGiB, iops: parameters.Iops, throughput: parameters.Throughput }),
    state: 'creating',
    ...encryption,
    snapshotId: snapshot?.id,
    contentId: snapshot?.contentId,
    zone: zone.name,
    createdAtMs: world.now(),
    attachment: undefined,
    root: false,
    modification: undefined,
    modifiedAtMs: [],
  }
}

export const deleteVolume = defineAction({
  name: 'DeleteVolume',
  effect: 'writes',
  members: { VolumeId: required(string) },
  run: ({ VolumeId }, world) => {
    const volume = findVolume(world, VolumeId)
    if (volume.attachment) {
      throw new ApiError('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`)
    }
    if (volume.state === 'creating')
      throw new ApiError('IncorrectState', `Volume '${volume.id}' is in the 'creating' state.`)
    if (volume.state !== 'deleting') {
      world.volumes.put({ ...volume, state: 'deleting' })
      beginDeletion(world, volume.id)
    }
    return done
  },
})

export const attachVolume = defineAction({
  name: 'AttachVolume',
  effect: 'writes',
  members: { Device: required(string), InstanceId: required(string), VolumeId: required(string) },
  run: ({ Device, InstanceId, VolumeId }, world) => {
    const volume = findVolume(world, VolumeId)
    const instance = findInstance(world, InstanceId)
    checkDeviceName(Device)
    if (volume.attachment) throw new ApiError('VolumeInUse', `${volume.id} is already attached to an instance`)
    if (volume.state !== 'available') {
      throw new ApiError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`)
    }
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new ApiError('IncorrectState', `Instance '${instance.id}' is not 'running'.`)
    }
    if (instance.zone !== volume.zone) {
      throw new ApiError(
        'InvalidVolume.ZoneMismatch',
        `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
      )
    }
    const attached = world.volumes.withKey(instance.id)
    if (attached.some((other) => sameDevice(other.attachment?.deviceName, Device))) {
      throw invalidValue(`Invalid value '${Device}' for unixDevice. Attachment point ${Device} is already in use`)
    }
    const maximum = instanceTypes.get(instance.instanceType)?.attachmentsMaximum ?? 0
    // The network interface counts against the limit of Nitro types.
    if (attached.length + 1 >= maximum) {
      throw new ApiError(
        'AttachmentLimitExceeded',
        `The maximum number of attachments for ${instance.instanceType} is ${maximum}`,
      )
    }
    const attachment = {
      instanceId: instance.id,
      deviceName: Device,
      state: 'attaching',
      deleteOnTermination: false,
      attachedAtMs: world.now(),
      atLaunch: false,
      force: false,
    } as const
    world.volumes.put({ ...volume, state: 'in-use', attachment })
    attach(world, volume.id)
    return renderAttachment(volume.id, attachment)
  },
})

/** `sdf` and `/dev/sdf` are one place. */
function sameDevice(left: string | undefined, right: string): boolean {
  return left?.replace(/^\/dev\//, '') === right.replace(/^\/dev\//, '')
}

export const detachVolume = defineAction({
  name: 'DetachVolume',
  effect: 'writes',
  members: { VolumeId: required(string), InstanceId: string, Device: string, Force: boolean },
  run: ({ VolumeId, InstanceId, Device, Force }, world) => {
    const volume = findVolume(world, VolumeId)
    const { attachment } = volume
    if (!attachment) throw new ApiError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`)
    if (InstanceId !== undefined) findInstance(world, InstanceId)
    const wrongInstance = InstanceId !== undefined && InstanceId !== attachment.instanceId
    if (wrongInstance || (Device !== undefined && !sameDevice(attachment.deviceName, Device))) {
      throw new ApiError(
        'InvalidAttachment.NotFound',
        `Volume '${volume.id}' is not attached to instance '${InstanceId ?? attachment.instanceId}' as device '${Device ?? attachment.deviceName}'.`,
      )
    }
    const instance = world.instances.get(attachment.instanceId)
    if (volume.root && instance?.state !== 'stopped') {
      throw new ApiError(
        'IncorrectState',
        `Unable to detach root volume '${volume.id}' from instance '${attachment.instanceId}'`,
      )
    }
    if (volume.root) throw unsupported('detaching the root volume of an instance')
    const again = attachment.state === 'detaching' || attachment.state === 'busy'
    const leaving = {
      ...attachment,
      state: again ? attachment.state : 'detaching',
      force: attachment.force || (Force ?? false),
    } as const
    world.volumes.put({ ...volume, attachment: leaving })
    if (!again) detach(world, volume.id)
    return renderAttachment(volume.id, leaving)
  },
})
