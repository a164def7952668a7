import { isUnreadable } from '../../problem.js'
import type { MountShape, VolumeShape } from '../../shape/stack-shape.generated.js'
import { swapPath, type MountSpec } from '../../../model/kinds/volume.js'
import { filesystemRules } from '../../../model/inside/volume-rules.js'

export const mountKeys = ['options', 'owner', 'mode'] as const

/** What a volume says about its mount, in either form; `path` is absolute and has no trailing slash. */
export function mountOf(stack: string, name: string, volume: VolumeShape): MountSpec {
  const { mount } = volume
  const longForm = typeof mount === 'object' ? mount : {}
  const path = typeof mount === 'string' ? mount : longForm.path
  const mode = volume.mode ?? longForm.mode
  return {
    path: path === undefined ? `/mnt/${stack}/${name}` : normalPath(path),
    options: volume.options ?? longForm.options,
    owner: volume.owner ?? longForm.owner,
    mode: mode?.padStart(4, '0'),
  }
}

/** Whether a volume is to be mounted: it has a server and a filesystem that can be, and the file does not say otherwise. */
export function isMounted(volume: VolumeShape): boolean {
  return 'server' in volume && volume.unmounted !== true && filesystemRules[volume.fstype ?? 'ext4'].isMountable
}

/** How a swap area stands in fstab, which has no mount point for it (fstab(5), swapon(8)); undefined: it is not used. */
export function swapMountOf(volume: VolumeShape): MountSpec | undefined {
  if (volume.fstype !== 'swap' || !('server' in volume) || volume.unmounted === true) return undefined
  return { path: swapPath, options: 'sw', owner: undefined, mode: undefined }
}

/** Whether the mount point can be told: neither it nor the filesystem was unreadable. */
export function isMountReadable(volume: VolumeShape): boolean {
  if (isUnreadable(volume, 'mount') || isUnreadable(volume, 'fstype')) return false
  return !(typeof volume.mount === 'object' && isUnreadable(volume.mount, 'path'))
}

/** `/srv//music/` -> `/srv/music`. */
export function normalPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
}

/** Where the mount point is written. */
export function mountPathOf(mount: MountShape | undefined): readonly string[] {
  return typeof mount === 'object' ? ['mount', 'path'] : ['mount']
}
