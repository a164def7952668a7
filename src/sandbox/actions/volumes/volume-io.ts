import { ioEnabled } from '../../model/volume-io.js'
import { boolean, oneOf, required, string, structure } from '../../wire/shape.js'
import { missingParameter } from '../../wire/api-error.js'
import { findVolume } from '../../world/lookup.js'
import { defineAction, done } from '../action.js'

export const describeVolumeAttribute = defineAction({
  name: 'DescribeVolumeAttribute',
  effect: 'reads',
  members: { VolumeId: required(string), Attribute: required(oneOf('autoEnableIO', 'productCodes')) },
  run: ({ VolumeId, Attribute }, world) => {
    const { id, autoEnableIo = false } = findVolume(world, VolumeId)
    if (Attribute === 'productCodes') return { volumeId: id, productCodes: [] }
    return { volumeId: id, autoEnableIO: { value: autoEnableIo } }
  },
})

/** What it says holds for the next time that EC2 finds something, not for I/O that is disabled already. */
export const modifyVolumeAttribute = defineAction({
  name: 'ModifyVolumeAttribute',
  effect: 'writes',
  members: { VolumeId: required(string), AutoEnableIO: structure({ Value: boolean }) },
  run: ({ VolumeId, AutoEnableIO }, world) => {
    const volume = findVolume(world, VolumeId)
    if (AutoEnableIO?.Value === undefined) throw missingParameter('AutoEnableIO')
    world.volumes.put({ ...volume, autoEnableIo: AutoEnableIO.Value })
    return done
  },
})

export const enableVolumeIO = defineAction({
  name: 'EnableVolumeIO',
  effect: 'writes',
  members: { VolumeId: required(string) },
  run: ({ VolumeId }, world) => {
    world.volumes.put(ioEnabled(findVolume(world, VolumeId), world.now()))
    return done
  },
})
