import type { LiveVolume } from '../kinds/volume.js'

/** Volume id -> the name under which EC2 attached it to an instance; by volume id, so that equal worlds give equal plans. */
export function deviceNamesOf(instanceId: string, volumes: Iterable<LiveVolume>): Readonly<Record<string, string>> {
  const names: [volumeId: string, deviceName: string][] = []
  for (const { id, attachment } of volumes) {
    if (attachment?.instanceId === instanceId && attachment.deviceName !== '') names.push([id, attachment.deviceName])
  }
  return Object.fromEntries(names.sort(([left], [right]) => (left < right ? -1 : 1)))
}
