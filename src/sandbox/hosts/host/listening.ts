import { readFile } from 'node:fs/promises'
import { systemClock } from '../../../core/clock.js'

/** Chosen: a boot takes a second or more, and reading the tables of fifty hosts must not slow them down. */
const lookEveryMs = 25

/** Resolves true when a process listens on port 22 in the network of `pid`, false when that is gone or `withinMs` have passed. */
export async function becomesListening(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
    )
    if (tables.every((table) => table === '')) return false
    // A local address at port 22 (0016) in state LISTEN (0A).
    if (tables.some((table) => /^ *\d+: [0-9A-F]+:0016 \S+ 0A /m.test(table))) return true
    await systemClock.sleep(lookEveryMs)
  }
  return false
}
