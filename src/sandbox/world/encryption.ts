import type { World } from './world.js'

/** The one record of a region's setting. */
const id = 'ebs-encryption-by-default'

/** Whether the account encrypts every new volume of the region (EBS User Guide, "Enable encryption by default"). */
export function encryptsByDefault(world: World): boolean {
  return world.settings.get(id)?.isOn ?? false
}

export function setEncryptionByDefault(world: World, isOn: boolean): void {
  if (encryptsByDefault(world) === isOn) return
  const sequence = world.settings.get(id)?.sequence ?? world.nextSequence()
  world.settings.put({ id, sequence, isOn })
}
