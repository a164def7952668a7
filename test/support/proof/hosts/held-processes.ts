import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/**
 * What runs in the hosts below a process: descendants of it in namespaces of processes of their own, without those of sshd,
 * so that a connection can be lost whatever is held.
 */
export function processesInHosts(above: number): ReadonlySet<number> {
  const own = readlinkSync('/proc/self/ns/pid')
  const parents = new Map<number, { readonly parent: number; readonly name: string }>()
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    const stat = read(`/proc/${pid}/stat`)
    const end = stat.lastIndexOf(')')
    if (end < 0) continue
    const [state = '', parent = ''] = stat.slice(end + 2).split(' ')
    if (state !== 'Z') parents.set(pid, { parent: Number(parent), name: stat.slice(stat.indexOf('(') + 1, end) })
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid); at; at = parents.get(at.parent)) if (at.parent === above) return true
    return false
  }
  return new Set(
    [...parents].flatMap(([pid, { name }]) =>
      !name.startsWith('sshd') && isBelow(pid) && namespaceOf(pid) !== own ? [pid] : [],
    ),
  )
}

/** Stops what has come to run there since; resolves nothing, returns whom it has stopped. */
export function holdSince(above: number, before: ReadonlySet<number>): readonly number[] {
  const held = new Set<number>()
  // What is stopped starts nothing any more; what it had started before it was, the next look finds.
  for (;;) {
    const more = [...processesInHosts(above)].filter((pid) => !before.has(pid) && !held.has(pid))
    if (more.length === 0) return [...held]
    for (const pid of more) {
      held.add(pid)
      signal(pid, 'SIGSTOP')
    }
  }
}

/** Sends a signal to whoever is still there. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended.
  }
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
