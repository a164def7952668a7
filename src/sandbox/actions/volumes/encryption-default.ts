import { defineAction } from '../action.js'
import type { World } from '../../world/world.js'

/** The one record of a region's setting. */
const id = 'ebs-encryption-by-default'

/** Whether the account encrypts every new volume of the region (EBS User Guide, "Enable encryption by default"). */
export function encryptsByDefault(world: World): boolean {
  return world.settings.get(id)?.isOn ?? false
}

function setting(world: World, isOn: boolean) {
  const sequence = world.settings.get(id)?.sequence ?? world.nextSequence()
  world.settings.put({ id, sequence, isOn })
  world.commit()
  return { ebsEncryptionByDefault: isOn }
}

export const getEbsEncryptionByDefault = defineAction({
  name: 'GetEbsEncryptionByDefault',
  effect: 'reads',
  members: {},
  run: (_parameters, world) => ({ ebsEncryptionByDefault: encryptsByDefault(world), sseType: 'sse-ebs' }),
})

export const enableEbsEncryptionByDefault = defineAction({
  name: 'EnableEbsEncryptionByDefault',
  effect: 'writes',
  members: {},
  run: (_parameters, world) => setting(world, true),
})

export const disableEbsEncryptionByDefault = defineAction({
  name: 'DisableEbsEncryptionByDefault',
  effect: 'writes',
  members: {},
  run: (_parameters, world) => setting(world, false),
})
