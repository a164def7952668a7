import { fstabOptions } from '../../../src/model/inside/fstab-line.js'
import type { HostMount } from '../../../src/model/inside/host-facts.js'
import { swapPath, type MountSpec } from '../../../src/model/kinds/volume.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** What is done inside a server. */
export const filesystemEffects = {
  'make-filesystem'(world: World, step: StepOf<'make-filesystem'>) {
    const { device, volume } = world.deviceOn(step.bound ?? step.address, step.server)
    if (device.content) {
      if (device.content.fstype === step.fstype) return
      throw new Refused(`${volume.id} holds ${device.content.fstype}`)
    }
    const { fstype, label, uuid = `uuid-${volume.id}` } = step
    const filesystemBytes = volume.sizeGiB * 2 ** 30
    world.contents.set(volume.id, { ...device, content: { fstype, label, uuid, filesystemBytes } })
    world.tops.set(volume.id, { owner: 'root:root', mode: '0755' })
  },
  'grow-filesystem'(world: World, step: StepOf<'grow-filesystem'>) {
    const { device, volume } = world.deviceOn(step.bound ?? step.address, step.server)
    if (!device.content) throw new Refused(`${volume.id} is blank`)
    const filesystemBytes = volume.sizeGiB * 2 ** 30
    world.contents.set(volume.id, { ...device, content: { ...device.content, filesystemBytes } })
  },
  'mount-volume'(world: World, step: StepOf<'mount-volume'>) {
    const { device, disk, volume } = world.deviceOn(step.bound ?? step.address, step.server)
    if (device.content?.fstype !== step.fstype) {
      throw new Refused(`${volume.id} holds ${device.content?.fstype ?? 'nothing'}`)
    }
    const top = topOf(step.mount, step.fresh, world.tops.get(volume.id))
    world.tops.set(volume.id, top)
    disk.mounts = [
      ...disk.mounts.filter(({ volumeId, path }) => volumeId !== volume.id || path !== step.mount.path),
      mountOf(volume.id, step.fstype, step.mount, top),
    ]
  },
  'verify-volume'(world: World, step: StepOf<'verify-volume'>) {
    const { device, disk, volume } = world.deviceOn(step.bound ?? step.address, step.server)
    if (step.uuid !== undefined && device.content?.uuid !== step.uuid) throw new Refused(`${volume.id} is no copy`)
    const isMounted = disk.mounts.some(({ volumeId, path }) => volumeId === volume.id && path === step.mountPath)
    if (step.mountPath !== undefined && !isMounted) throw new Refused(`${volume.id} is not mounted`)
  },
  'write-fstab'(world: World, step: StepOf<'write-fstab'>) {
    const { device, disk } = world.deviceOn(step.bound ?? step.address, step.server)
    const uuid = device.content?.uuid ?? ''
    disk.fstab = [
      ...disk.fstab.filter(
        ({ source, path }) => source !== `UUID=${uuid}` && (path !== step.mount.path || path === swapPath),
      ),
      { source: `UUID=${uuid}`, path: step.mount.path, fstype: step.fstype, options: fstabOptions(step.mount) },
    ]
  },
  'unmount-volume'(world: World, step: StepOf<'unmount-volume'>) {
    const disk = world.disk(world.entered(step.server, step.instanceId).id)
    const unmounted = step.volumeId ?? world.idOf(step.bound ?? step.address)
    const uuid = world.contents.get(unmounted)?.content?.uuid
    disk.fstab = disk.fstab.filter(({ source }) => source !== `UUID=${uuid}`)
    disk.mounts = disk.mounts.filter(({ volumeId }) => volumeId !== unmounted)
  },
}

/** What a server mounts when it boots. */
export function mountsFromFstab(world: World, instanceId: string): readonly HostMount[] {
  const { fstab } = world.disk(instanceId)
  return world.volumes
    .filter(({ attachment }) => attachment?.instanceId === instanceId)
    .flatMap(({ id }) => {
      const uuid = world.contents.get(id)?.content?.uuid
      const line = fstab.find(({ source }) => source === `UUID=${uuid}`)
      return line ? [mountOf(id, line.fstype, line, world.tops.get(id) ?? usualTop)] : []
    })
}

type Top = Pick<HostMount, 'owner' | 'mode'>

/** Of a filesystem that was mounted once, and that nobody has looked at since. */
const usualTop: Top = { owner: 'admin:admin', mode: '0755' }

/** A new filesystem is the login user's, unless the file says whose; an owner without a group leaves the group. */
function topOf({ owner, mode }: MountSpec, fresh: boolean, known: Top = usualTop): Top {
  const [, group = ''] = known.owner.split(':')
  const wanted = owner ?? (fresh ? 'admin:admin' : known.owner)
  return { owner: wanted.includes(':') ? wanted : `${wanted}:${group}`, mode: mode?.padStart(4, '0') ?? known.mode }
}

/** Words that speak to mount(8), systemd or people, and that the kernel never shows. */
const unseenOption = /^(?:|defaults|nofail|auto|noauto|user|users|nouser|_netdev|rw|async|dev|exec|suid|x-.*)$/

/** As the kernel shows it. */
function mountOf(volumeId: string, fstype: string, mount: Pick<MountSpec, 'path' | 'options'>, top: Top): HostMount {
  const asked = (mount.options ?? '').split(',').filter((option) => !unseenOption.test(option))
  const access = asked.includes('ro') ? [] : ['rw']
  const times = asked.some((option) => option.endsWith('atime')) ? [] : ['relatime']
  return { volumeId, path: mount.path, fstype, options: [...access, ...asked, ...times].join(','), ...top }
}
