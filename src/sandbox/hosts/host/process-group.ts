import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostsDirectory } from '../directory.js'
import { deviceGroupPrefix, removeGroup } from './device-group.js'

/** Where cgroup v2 is mounted to be written; on machines with v1 controllers that is a place of its own. */
export async function unifiedHierarchy(): Promise<string | undefined> {
  const table = await readFile('/proc/self/mounts', 'utf8').catch(() => '')
  for (const line of table.split('\n')) {
    const [, place, type, options = ''] = line.split(' ')
    if (type === 'cgroup2' && options.split(',').includes('rw')) return place
  }
  return undefined
}

/**
 * The cgroup that is the root of a host's own tree, in which its systemd makes groups as it likes. What it held is killed
 * with it, and the tree removed.
 */
export class ProcessGroup {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(hierarchy: string, directory: HostsDirectory, instanceId: string): Promise<ProcessGroup> {
    const group = new ProcessGroup(join(hierarchy, `${deviceGroupPrefix(directory)}${instanceId}`))
    await mkdir(group.path, { recursive: true })
    return group
  }

  remove(): Promise<void> {
    return removeTree(this.path)
  }
}

/** Kills what is left in a group and below it, and removes the groups, the innermost first. */
export async function removeTree(group: string): Promise<void> {
  await writeFile(join(group, 'cgroup.kill'), '1').catch(() => {}) // the kernel before 5.14 has none, a removed group neither
  await removeBelow(group)
  await removeGroup(group)
}

async function removeBelow(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => [])
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const inner = join(group, entry.name)
    await removeBelow(inner)
    await removeGroup(inner)
  }
}
