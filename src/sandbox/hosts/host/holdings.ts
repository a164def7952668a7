import type { HostsDirectory } from '../directory.js'
import type { LoopDevice } from '../disks/loop-device.js'
import type { HostDescription } from '../host-backend.js'
import { DeviceGroup } from './device-group.js'
import type { HostInit } from './init.js'
import { ProcessGroup, unifiedHierarchy } from './process-group.js'
import { openRootDisk } from './root-disk.js'

/** What a host has of the machine, to be given back at its end. */
export interface Holdings {
  readonly root: LoopDevice
  readonly devices: DeviceGroup | undefined
  readonly processes: ProcessGroup | undefined
}

/** Nothing of it is left when it rejects. */
export async function takeHoldings(
  directory: HostsDirectory,
  init: HostInit,
  description: HostDescription,
): Promise<Holdings> {
  const { instanceId } = description
  const root = await openRootDisk(directory, description)
  let devices: DeviceGroup | undefined
  try {
    devices = await DeviceGroup.create(directory, instanceId)
    await devices?.allow(root.deviceNumber)
    const hierarchy = init === 'systemd' ? await unifiedHierarchy() : undefined
    const processes = hierarchy === undefined ? undefined : await ProcessGroup.create(hierarchy, directory, instanceId)
    return { root, devices, processes }
  } catch (error) {
    await giveBack({ root, devices, processes: undefined })
    throw error
  }
}

/** Waits for the kernel to undo the host's mounts. */
export async function giveBack({ root, devices, processes }: Holdings): Promise<void> {
  await processes?.remove()
  await root.becomesFree(10_000)
  await root.release()
  await devices?.remove()
}
