import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a running sandbox has the files of its volumes and snapshots: mounted where its hosts live, and nowhere else. */
export function sandboxDisks(stateDir: string): string {
  const place = join(stateDir, 'hosts', 'disks')
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      if (readFileSync(`/proc/${name}/mountinfo`, 'utf8').includes(` ${place} `)) return `/proc/${name}/root${place}`
    } catch {
      // The process ended meanwhile.
    }
  }
  throw new Error(`nothing is mounted at ${place}`)
}
