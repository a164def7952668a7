import { mkdir, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../../core/clock.js'
import type { HostsDirectory } from '../directory.js'

const hierarchy = '/sys/fs/cgroup/devices'

/** What a host may open besides its volumes: memory devices, terminals, fuse, btrfs-control. */
const basicDevices = ['c 1:* rwm', 'c 5:* rwm', 'c 136:* rwm', 'c 10:229 rwm', 'c 10:234 rwm']

/** The name under which a host's group lies; by its beginning, the sweep knows whose it is. */
export function deviceGroupPrefix(directory: HostsDirectory): string {
  return `evenkeel-${directory.identity}-`
}

/** Whose a group of this name is; undefined: no sandbox's. */
export function identityOfGroup(name: string): string | undefined {
  return /^evenkeel-([0-9a-f]{12})-/.exec(name)?.[1]
}

/** Where the cgroup v1 device controller lies, or undefined on a machine that has v2 alone (it would need BPF). */
export async function deviceHierarchy(): Promise<string | undefined> {
  return (await stat(join(hierarchy, 'devices.list')).catch(() => undefined)) === undefined ? undefined : hierarchy
}

/**
 * The devices that a host may open. The outer group holds the rules; the inner one is the root of the host's cgroup
 * namespace, so that root inside cannot widen them. This keeps accidents (a `mount -t devtmpfs`, a wrong `dd`) from
 * the machine's own disks; it is not a security boundary, and without cgroup v1 it is not there at all.
 */
export class DeviceGroup {
  readonly #outer: string

  private constructor(outer: string) {
    this.#outer = outer
  }

  static async create(directory: HostsDirectory, instanceId: string): Promise<DeviceGroup | undefined> {
    const base = await deviceHierarchy()
    if (base === undefined) return undefined
    const group = new DeviceGroup(join(base, `${deviceGroupPrefix(directory)}${instanceId}`))
    await mkdir(group.#outer, { recursive: true })
    await writeFile(join(group.#outer, 'devices.deny'), 'a')
    for (const rule of basicDevices) await writeFile(join(group.#outer, 'devices.allow'), rule)
    await mkdir(group.inner, { recursive: true })
    return group
  }

  /** The group that the host's processes are put into. */
  get inner(): string {
    return join(this.#outer, 'ns')
  }

  async allow(deviceNumber: string): Promise<void> {
    for (const group of [this.#outer, this.inner]) {
      await writeFile(join(group, 'devices.allow'), `b ${deviceNumber} rwm`)
    }
  }

  async deny(deviceNumber: string): Promise<void> {
    await writeFile(join(this.#outer, 'devices.deny'), `b ${deviceNumber} rwm`)
  }

  /** Removes it once its last process is gone. */
  async remove(): Promise<void> {
    for (const group of [this.inner, this.#outer]) await removeGroup(group)
  }
}

/** Removes an empty group; waits up to a second for processes that are just ending. */
export async function removeGroup(group: string): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    try {
      await rmdir(group)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return
    }
    await systemClock.sleep(10)
  }
}
