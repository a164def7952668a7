import type { MountSpec } from '../kinds/volume.js'
import type { FstabLine } from './host-facts.js'

/** The options field of a managed fstab line: what the file says, or `defaults`, and `nofail`, so that a server boots without its volume. */
export function fstabOptions(mount: Pick<MountSpec, 'options'>): string {
  const options = mount.options === undefined || mount.options === '' ? ['defaults'] : mount.options.split(',')
  return options.includes('nofail') ? options.join(',') : [...options, 'nofail'].join(',')
}

/** A line as it stands in /etc/fstab, without the last two fields. */
export function fstabText(line: FstabLine): string {
  return `${line.source} ${line.path} ${line.fstype} ${line.options}`
}

/** Options that the kernel shows for a mounted filesystem in the word of fstab (mount(8), "Filesystem-independent mount options"). */
export const shownMountOptions: readonly string[] = [
  'noatime',
  'nodiratime',
  'noexec',
  'nosuid',
  'nodev',
  'sync',
  'dirsync',
]
