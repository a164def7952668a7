import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostsDirectory } from '../directory.js'
import type { HostInit } from './init.js'

/** Files of an instance's directory that a host has bound over others: name -> path in the host. */
const boundFiles = {
  console: '/usr/lib/evenkeel/console',
  'boot-id': '/proc/sys/kernel/random/boot_id',
  partitions: '/proc/partitions',
} as const

/** Where the host's /proc/partitions comes from; to be written in place. */
export function partitionsFile(directory: HostsDirectory, instanceId: string): string {
  return join(directory.instance(instanceId), 'partitions')
}

/**
 * Writes the table of a host's mounts, and what is new at each boot of the files that it binds. Resolves its path. The console
 * is written by who starts the host.
 */
export async function writeMounts(directory: HostsDirectory, instanceId: string, init: HostInit): Promise<string> {
  const own = directory.instance(instanceId)
  await writeFile(join(own, 'boot-id'), `${randomUUID()}\n`)
  await writeFile(partitionsFile(directory, instanceId), 'major minor  #blocks  name\n\n')
  const bound = Object.entries(boundFiles).map(([name, path]) => [join(own, name), path, 'none', 'bind'])
  const table = [...hostMounts(directory.imageLayer, init), ...bound]
  const file = join(own, 'mounts')
  await writeFile(
    file,
    table
      .flat()
      .map((field) => `${field}\0`)
      .join(''),
  )
  return file
}

/**
 * The mounts of a host besides its root, as host-boot-program.ts works them off below the host's root: source, target, type, options.
 * The real /sys and /proc would show all the machine's disks: the tmpfs over them are filled by the daemon, and
 * the image layer has an empty list of swaps.
 */
function hostMounts(imageLayer: string, init: HostInit): readonly (readonly string[])[] {
  return [
    ['dev', '/dev', 'tmpfs', 'mode=755,nosuid,size=16m'],
    ['devpts', '/dev/pts', 'devpts', 'newinstance,ptmxmode=666,mode=620,gid=5,X-mount.mkdir'],
    ['shm', '/dev/shm', 'tmpfs', 'mode=1777,nosuid,nodev,X-mount.mkdir'],
    ['proc', '/proc', 'proc', 'nosuid,nodev,noexec'],
    ['sysfs', '/sys', 'sysfs', 'nosuid,nodev,noexec,ro'],
    ['block', '/sys/devices/virtual/block', 'tmpfs', 'mode=755,size=4m'],
    ['block', '/sys/block', 'tmpfs', 'mode=755,size=1m'],
    ['block', '/sys/class/block', 'tmpfs', 'mode=755,size=1m'],
    ['block', '/sys/dev/block', 'tmpfs', 'mode=755,size=1m'],
    // Inside its cgroup namespace this is the host's own subtree.
    ...(init === 'systemd' ? [['cgroup2', '/sys/fs/cgroup', 'cgroup2', 'nosuid,nodev,noexec']] : []),
    ['run', '/run', 'tmpfs', 'mode=755'],
    ['lock', '/run/lock', 'tmpfs', 'mode=1777,nosuid,nodev,noexec,size=5m,X-mount.mkdir'],
    [`${imageLayer}/usr/lib/evenkeel/swaps`, '/proc/swaps', 'none', 'bind'],
    ...['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus']
      .filter(existsSync)
      .map((path) => [path, path, 'none', 'bind,ro,nosuid,nodev,noexec']),
  ]
}
