import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A process and all that it has started, as far as they still belong to it. */
export function familyOf(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = textOf(`/proc/${name}/stat`)
    // The name of the program, in parentheses, may hold anything.
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const family = [pid]
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child)
  return family
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

export function rssMiBOf(pid: number): number {
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]) / 1024)
}

/** How many namespaces of a kind these processes are in. */
export function namespacesOf(pids: readonly number[], kind: 'mnt' | 'net'): number {
  return byNamespace(pids, kind).size
}

/** Mounts in all the mount namespaces of these processes. */
export function mountsOf(pids: readonly number[]): number {
  const tables = [...byNamespace(pids, 'mnt').values()].map((pid) => textOf(`/proc/${pid}/mountinfo`))
  return tables.reduce((sum, table) => sum + table.split('\n').length - 1, 0)
}

/** Loop devices whose file lies below a directory. */
export function loopDevicesOf(directory: string): number {
  return readdirSync('/sys/block').filter((name) =>
    textOf(`/sys/block/${name}/loop/backing_file`).startsWith(directory),
  ).length
}

/** Cgroups, of every hierarchy, whose name begins so. */
export function controlGroupsOf(prefix: string): number {
  const table = textOf('/proc/self/mounts').split('\n')
  const places = table.flatMap((line) => {
    const [, place = '', type = ''] = line.split(' ')
    return type.startsWith('cgroup') ? [place] : []
  })
  return places.reduce((sum, place) => sum + entriesOf(place).filter((name) => name.startsWith(prefix)).length, 0)
}

/** Files and directories below a directory, without what lies in one of this name. */
export function filesBelow(directory: string, without?: string): number {
  if (entriesOf(directory).length === 0) return 0
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter(({ parentPath }) => basename(parentPath) !== without).length
}

/** The first process of each namespace. */
function byNamespace(pids: readonly number[], kind: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const pid of pids) {
    const name = linkOf(join('/proc', String(pid), 'ns', kind))
    if (name !== '' && !found.has(name)) found.set(name, pid)
  }
  return found
}

/** What is gone by now is empty: a process, a device, a group. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
