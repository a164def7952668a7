import { existsSync } from 'node:fs'
import type { HostInit } from './init.js'

/**
 * The mounts of a host besides its root, as an fstab that mount(8) works off below the host's root in one process.
 * The real /sys and /proc would show all the machine's disks: the tmpfs over them are filled by the daemon, and
 * the image layer has an empty list of swaps.
 */
export function hostMountTable(imageLayer: string, init: HostInit): string {
  const rows = [
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
  return rows.map((fields) => `${fields.map(escapeField).join(' ')} 0 0\n`).join('')
}

/** fstab(5): white space in a field is written in octal. */
function escapeField(field: string): string {
  return field.replaceAll(/[\s\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
