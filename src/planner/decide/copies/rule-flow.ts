import { compareText } from '../../../model/address-order.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { Ends, Place } from './places.js'

export interface FileRule {
  readonly spec: SyncSpec
  /** Undefined: one of them cannot be planned. */
  readonly ends: Ends | undefined
}

/** A rule, and those of the others that write what it reads, in their order. */
export interface FedRule {
  readonly rule: FileRule
  readonly feeders: readonly FileRule[]
}

/** Rules behind those that write what they read, else in their order. In a circle, the one that is met first comes last. */
export function rulesInFlow(rules: readonly FileRule[]): readonly FedRule[] {
  const writersOf = indexWriters(rules)
  const ordered: FedRule[] = []
  const met = new Set<FileRule>()
  const visit = (rule: FileRule) => {
    if (met.has(rule)) return
    met.add(rule)
    const feeders = writersOf(rule)
    for (const feeder of feeders) visit(feeder)
    ordered.push({ rule, feeders })
  }
  for (const rule of rules) visit(rule)
  return ordered
}

interface Written {
  readonly path: string
  /** Of the rule that writes it. */
  readonly position: number
}

/** Finds the rules that write what one reads: in time of what is found, however many rules there are. */
function indexWriters(rules: readonly FileRule[]): (reader: FileRule) => readonly FileRule[] {
  const machines = new Map<string, Written[]>()
  rules.forEach(({ ends }, position) => {
    if (!ends) return
    const machine = machineOf(ends.destination)
    const written = { path: directoryOf(ends.destination), position }
    const others = machines.get(machine)
    if (others) others.push(written)
    else machines.set(machine, [written])
  })
  for (const written of machines.values()) written.sort((left, right) => compareText(left.path, right.path))
  return (reader) => {
    const positions = new Set<number>()
    for (const source of reader.ends?.sources ?? []) {
      const written = machines.get(machineOf(source)) ?? []
      const path = directoryOf(source)
      for (const position of startingWith(written, path)) positions.add(position)
      for (const above of directoriesAbove(path))
        for (const position of exactly(written, above)) positions.add(position)
    }
    return [...positions]
      .sort((left, right) => left - right)
      .flatMap((position) => rules[position] ?? [])
      .filter((writer) => writer !== reader)
  }
}

function machineOf(place: Place): string {
  if (place.server) return place.server.address
  return place.host === undefined ? 'here' : `at ${place.host}`
}

/** The path with one slash at its end, so that a directory's text begins with that of each directory above it. */
function directoryOf({ path }: Place): string {
  return `${path.replaceAll(/\/+/g, '/').replace(/^\.\//, '').replace(/\/$/, '')}/`
}

/** `/srv/site/`: `/` and `/srv/`. */
function directoriesAbove(directory: string): readonly string[] {
  const above: string[] = []
  for (let slash = directory.indexOf('/'); slash < directory.length - 1; slash = directory.indexOf('/', slash + 1)) {
    above.push(directory.slice(0, slash + 1))
  }
  return above
}

function startingWith(sorted: readonly Written[], start: string): readonly number[] {
  return run(sorted, start, (path) => path.startsWith(start))
}

function exactly(sorted: readonly Written[], text: string): readonly number[] {
  return run(sorted, text, (path) => path === text)
}

/** The positions from the first path that is not before `text`, as long as they match. */
function run(sorted: readonly Written[], text: string, matches: (path: string) => boolean): readonly number[] {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareText(sorted[middle]?.path ?? '', text) < 0) low = middle + 1
    else high = middle
  }
  const found: number[] = []
  for (let next = sorted[low]; next && matches(next.path); next = sorted[++low]) found.push(next.position)
  return found
}
