import { readFile } from 'node:fs/promises'
import type { HostDevice } from '../disks/host-device.js'

/** Returns where a host has the device, or a partition of it, mounted, in the order of mounting; `pid` is the host's PID 1 seen from here. */
export async function mountPointsOf(pid: number, device: HostDevice): Promise<readonly string[]> {
  const table = await readFile(`/proc/${pid}/mountinfo`, 'utf8')
  return table
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => isMountOf(fields, device))
    .map((fields) => unescapeOctal(fields[4] ?? ''))
}

/** btrfs shows an anonymous device number, so the source counts as well (proc(5), mountinfo). */
function isMountOf(fields: readonly string[], device: HostDevice): boolean {
  const source = fields[fields.indexOf('-') + 2]
  return [device, ...device.partitions].some(
    ({ deviceNumber, kernelName }) => fields[2] === deviceNumber || source === `/dev/${kernelName}`,
  )
}

function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
