import { modifyVolume as begin } from '../../lifecycle/volume.js'
import { quotas } from '../../model/quotas.js'
import { readVolumeType, resolveVolume, volumeTypes } from '../../model/volume-types.js'
import { shapeOf, type Modification, type Volume, type VolumeShape } from '../../model/volume.js'
import { renderModification } from '../../render/volume.js'
import { ApiError, invalidValue, missingParameter } from '../../wire/api-error.js'
import { integer, required, string } from '../../wire/shape.js'
import { findVolume } from '../../world/lookup.js'
import { defineAction } from '../action.js'

const dayMs = 24 * 3_600_000

export const modifyVolume = defineAction({
  name: 'ModifyVolume',
  effect: 'writes',
  members: { VolumeId: required(string), Size: integer, VolumeType: string, Iops: integer, Throughput: integer },
  run: (parameters, world) => {
    const volume = findVolume(world, parameters.VolumeId)
    const { Size, VolumeType, Iops, Throughput } = parameters
    if (Size === undefined && VolumeType === undefined && Iops === undefined && Throughput === undefined) {
      throw missingParameter('Size, VolumeType, Iops or Throughput')
    }
    if (volume.state !== 'available' && volume.state !== 'in-use') {
      throw new ApiError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`)
    }
    const recent = checkRate(volume, world.now())
    const after = changed(volume, { Size, VolumeType, Iops, Throughput })
    const modification: Modification = {
      state: 'modifying',
      before: shapeOf(volume),
      after,
      startedAtMs: world.now(),
      endedAtMs: undefined,
      progress: 0,
    }
    world.volumes.put({ ...volume, modification, modifiedAtMs: [...recent, world.now()] })
    begin(world, volume.id)
    return { volumeModification: renderModification(volume.id, modification) }
  },
})

/** The next modification needs the last one to be over, and at most four start in 24 hours (rule of 2026). */
function checkRate(volume: Volume, nowMs: number): readonly number[] {
  const state = volume.modification?.state
  if (state === 'modifying' || state === 'optimizing') {
    throw new ApiError(
      'IncorrectModificationState',
      `Volume ${volume.id} cannot be modified in modification state ${state.toUpperCase()}`,
    )
  }
  const recent = volume.modifiedAtMs.filter((startedAtMs) => startedAtMs > nowMs - dayMs)
  if (recent.length >= quotas.modificationsPerDay) {
    throw new ApiError(
      'VolumeModificationRateExceeded',
      `You've reached the maximum modification rate per volume limit. Wait at least 6 hours between modifications per EBS volume.`,
    )
  }
  return recent
}

function changed(
  volume: Volume,
  wanted: {
    readonly Size: number | undefined
    readonly VolumeType: string | undefined
    readonly Iops: number | undefined
    readonly Throughput: number | undefined
  },
): VolumeShape {
  const type = readVolumeType(wanted.VolumeType, volume.type)
  const sizeGiB = wanted.Size ?? volume.sizeGiB
  if (sizeGiB < volume.sizeGiB) throw invalidValue('New size cannot be smaller than existing size')
  // What is left out stays when the new type has it too; another type begins with its defaults.
  const sameType = type === volume.type
  const keepIops = volumeTypes[type].iops !== undefined && (sameType || volumeTypes[volume.type].iops !== undefined)
  const keepThroughput = sameType && volumeTypes[type].throughput !== undefined
  return resolveVolume({
    type,
    sizeGiB,
    iops: wanted.Iops ?? (keepIops ? volume.iops : undefined),
    throughput: wanted.Throughput ?? (keepThroughput ? volume.throughput : undefined),
  })
}
