import type { LiveVolume } from '../kinds/volume.js'

/** Volume id -> the name under which EC2 attached it to an instance; by volume id, so that equal worlds give equal plans. */
export function deviceNamesOf(instanceId: string, volumes: Iterable<LiveVolume>): Readonly<Record<string, string>> {
  const names: [volumeId: string, deviceName: string][] = []
  for (const { id, attachment } of volumes) {
    if (attachment?.instanceId === instanceId && attachment.deviceName !== '') names.push([id, attachment.deviceName])
  }
  return Object.fromEntries(names.sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** The attached volumes by the instance that has them, in their order. */
export function volumesByInstance(volumes: readonly LiveVolume[]): ReadonlyMap<string, readonly LiveVolume[]> {
  const groups = new Map<string, LiveVolume[]>()
  for (const volume of volumes) {
    const instanceId = volume.attachment?.instanceId
    if (instanceId === undefined) continue
    const group = groups.get(instanceId)
    if (group) group.push(volume)
    else groups.set(instanceId, [volume])
  }
  return groups
}
