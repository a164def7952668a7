import { defineAction } from '../action.js'
import { encryptsByDefault, setEncryptionByDefault } from '../../world/encryption.js'
import { ebsAlias } from '../../world/kms-keys.js'
import type { World } from '../../world/world.js'

function setting(world: World, isOn: boolean) {
  setEncryptionByDefault(world, isOn)
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

/** The key of EBS itself: another one for the account cannot be chosen here (ModifyEbsDefaultKmsKeyId). */
export const getEbsDefaultKmsKeyId = defineAction({
  name: 'GetEbsDefaultKmsKeyId',
  effect: 'reads',
  members: {},
  run: () => ({ kmsKeyId: ebsAlias }),
})
