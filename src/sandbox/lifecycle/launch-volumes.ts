import { newId } from '../model/ids.js'
import type { Instance } from '../model/instance.js'
import type { PlannedVolume } from '../model/volume-types.js'
import { noteCreation } from '../world/visibility.js'
import type { World } from '../world/world.js'

/** Puts the volumes of a launch beside its instance: the host makes them when it boots. */
export function putLaunchVolumes(
  world: World,
  instance: Instance,
  planned: readonly PlannedVolume[],
  tags: Readonly<Record<string, string>>,
): void {
  for (const { deviceName, root, deleteOnTermination, ...request } of planned) {
    const id = newId('vol')
    world.volumes.put({
      ...request,
      id,
      sequence: world.nextSequence(),
      state: 'in-use',
      zone: instance.zone,
      createdAtMs: instance.createdAtMs,
      attachment: {
        instanceId: instance.id,
        deviceName,
        state: 'attaching',
        deleteOnTermination,
        attachedAtMs: instance.createdAtMs,
        atLaunch: true,
        force: false,
      },
      root,
      modification: undefined,
      modifiedAtMs: [],
    })
    world.tags.put(id, tags)
    noteCreation(world, id)
  }
}
