import { readFile, writeFile } from 'node:fs/promises'

const setting = '/proc/sys/fs/inotify/max_user_instances'

/** What each systemd watches with: control groups, the time zone, questions for passwords (counted with systemd 252). */
const instancesPerHost = 3

/** Chosen: room for a thousand hosts beside what root's other programs watch. */
const wantedInstances = 4096

/**
 * Makes room for the watches of many systemds: kernels give root 128 on a small machine, which 42 hosts use up, and then its
 * other programs can watch no file either. The setting stays raised until the machine starts again. Resolves undefined, or, where
 * it cannot be raised, how many hosts it lets be.
 */
export async function makeRoomForWatches(): Promise<number | undefined> {
  const instances = Number(await readFile(setting, 'utf8').catch(() => wantedInstances))
  if (instances >= wantedInstances) return undefined
  try {
    await writeFile(setting, `${wantedInstances}\n`)
    return undefined
  } catch {
    return Math.floor(instances / instancesPerHost)
  }
}
