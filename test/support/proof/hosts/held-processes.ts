import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Something that was started in a host. */
export interface Started {
  readonly pid: number
  readonly name: string
  /** A shell that takes its script from its standard input: there is no more to start before it has some. */
  readonly isReading: boolean
}

/** Where cgroup v2 lies; undefined where there is none that can be written. */
const hierarchy = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')))

/** Its groups' names begin so. */
const prefix = 'evenkeel-proof-'

/**
 * Two cgroups of a world's hosts: in `held` stands still what was caught in the middle, all of it in one moment however short its
 * life; in `free` goes on what was there before, and sshd, so that a connection can be lost whatever is held. A signal to
 * each process of its own would come too late: most commands are over within 10 ms.
 */
export class HeldGroup {
  readonly name: string
  readonly #held: string
  readonly #free: string
  #before: ReadonlySet<number> = new Set()

  constructor(name: string) {
    this.name = name
    const path = join(hierarchy ?? '/nowhere', `${prefix}${name}`)
    this.#held = join(path, 'held')
    this.#free = join(path, 'free')
  }

  /** Takes in all that runs in the hosts below a process: what they start from now on is in it by itself, and known as `started`. */
  gather(above: number): void {
    if (hierarchy === undefined)
      throw new Error('what is done in a server can be held in the middle with cgroup v2 alone')
    for (const path of [this.#held, this.#free]) mkdirSync(path, { recursive: true })
    const known = new Set<number>()
    // What is started meanwhile by what is not in it yet, the next look finds.
    for (let more = true; more;) {
      const missing = [...processesInHosts(above)].filter((pid) => !known.has(pid))
      for (const pid of missing) {
        known.add(pid)
        enter(this.#held, pid)
      }
      more = missing.length > 0
    }
    this.#before = known
  }

  /** What was started since, and is there still, but for sshd's own. */
  started(): readonly Started[] {
    return procsOf(this.#held).flatMap((pid) => {
      const name = readIfThere(`/proc/${pid}/comm`).trim()
      if (this.#before.has(pid) || name === '' || name.startsWith('sshd')) return []
      const words = readIfThere(`/proc/${pid}/cmdline`)
      return [{ pid, name, isReading: /^(?:da|ba|z|k)?sh$/.test(name) && words.endsWith('\0-s\0') }]
    })
  }

  /** Lets what was started stand still where it is, and all else go on; returns the names: none when nothing was there. */
  hold(): readonly string[] {
    writeFileSync(join(this.#held, 'cgroup.freeze'), '1')
    // What writes to a disk stands still when it has written.
    for (const end = Date.now() + stillWithinMs; !this.#isStill() && Date.now() < end;);
    const held = this.started()
    if (held.length === 0) {
      this.letGo()
      return []
    }
    const pids = new Set(held.map(({ pid }) => pid))
    for (const pid of procsOf(this.#held)) if (!pids.has(pid)) enter(this.#free, pid)
    return held.map(({ name }) => name)
  }

  letGo(): void {
    if (existsSync(this.#held)) writeFileSync(join(this.#held, 'cgroup.freeze'), '0')
  }

  /** Names of what was held and has not ended. */
  left(): readonly string[] {
    return procsOf(this.#held).map((pid) => readIfThere(`/proc/${pid}/comm`).trim())
  }

  /** When no host is there any more. */
  remove(): void {
    for (const path of [this.#held, this.#free, join(this.#held, '..')]) removeIfEmpty(path)
  }

  #isStill(): boolean {
    return readIfThere(join(this.#held, 'cgroup.events')).includes('frozen 1')
  }
}

/** Chosen: the kernel needs less than one. */
const stillWithinMs = 200

/** Removes groups whose proofs were killed. */
export function sweepHeldGroups(): void {
  if (hierarchy === undefined) return
  for (const entry of readdirSync(hierarchy))
    if (entry.startsWith(prefix)) new HeldGroup(entry.slice(prefix.length)).remove()
}

/** Descendants of a process in namespaces of processes of their own. */
function processesInHosts(above: number): ReadonlySet<number> {
  const own = readlinkSync('/proc/self/ns/pid')
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    const stat = readIfThere(`/proc/${pid}/stat`)
    const [state = 'Z', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state !== 'Z') parents.set(pid, Number(parent))
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) if (at === above) return true
    return false
  }
  return new Set([...parents.keys()].filter((pid) => isBelow(pid) && namespaceOf(pid) !== own))
}

function enter(group: string, pid: number): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), String(pid))
  } catch {
    // It has ended.
  }
}

function procsOf(group: string): readonly number[] {
  return readIfThere(join(group, 'cgroup.procs'))
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
}

function removeIfEmpty(group: string): void {
  try {
    rmdirSync(group)
  } catch {
    // It was never made, or somebody is in it.
  }
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return ''
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
