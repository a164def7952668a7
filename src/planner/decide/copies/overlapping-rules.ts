import type { Address } from '../../../model/address.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { Problem } from '../../../model/plan-problem.js'
import { inEntry, warningOf } from '../decided.js'
import type { Ends, Place } from './places.js'

interface PlannedRule {
  readonly spec: SyncSpec
  readonly ends: Ends | undefined
}

/** A directory that a rule writes, with the machine that it is on. */
interface Region {
  readonly address: Address
  readonly machine: string
  readonly path: string
}

/**
 * Rules that delete, by address, each with a warning for every other rule that writes into the same directory or below it:
 * what that one brings, this one deletes, at each apply anew. What a rule excludes it does not delete.
 */
export function overlappingRules(rules: readonly PlannedRule[]): ReadonlyMap<Address, readonly Problem[]> {
  const problems = new Map<Address, readonly Problem[]>()
  const deleting = rules.filter(({ spec }) => spec.delete)
  if (deleting.length === 0) return problems
  const byMachine = new Map<string, Region[]>()
  for (const region of rules.flatMap(regionsOf)) {
    const known = byMachine.get(region.machine)
    if (known) known.push(region)
    else byMachine.set(region.machine, [region])
  }
  for (const rule of deleting) {
    const { address, exclude } = rule.spec
    const others = new Map<Address, Region>()
    for (const own of regionsOf(rule)) {
      for (const other of byMachine.get(own.machine) ?? []) {
        const below = other.address === address ? undefined : pathBelow(own.path, other.path)
        if (below !== undefined && !isExcluded(below, exclude)) others.set(other.address, other)
      }
    }
    if (others.size > 0)
      problems.set(
        address,
        [...others.values()].map((other) => overlap(address, other)),
      )
  }
  return problems
}

function overlap(address: Address, other: Region): Problem {
  const message = `${address} deletes what ${other.address} brings to ${other.path}, at each apply anew`
  const hint = 'exclude that directory in the rule that deletes, or give the two rules directories of their own'
  return inEntry(warningOf(address, 'PLAN_COPIES_OVERLAP', message, hint), 'delete')
}

/** Where a rule writes: a source that ends with a slash fills the destination itself, another gets its name in it. */
function regionsOf({ spec, ends }: PlannedRule): readonly Region[] {
  if (!ends) return []
  const { destination } = ends
  const machine = machineOf(destination)
  const directory = trimmed(destination.path)
  const names = ends.sources.map(({ path }) => (path.endsWith('/') ? '' : `/${path.slice(path.lastIndexOf('/') + 1)}`))
  return [...new Set(names)].map((name) => ({ address: spec.address, machine, path: `${directory}${name}` }))
}

function machineOf(place: Place): string {
  return place.server?.address ?? ('host' in place ? place.host : undefined) ?? ''
}

function trimmed(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/\/$/, '')
}

/** What leads from the outer path to the inner one, empty where they are the same; undefined where it is not below. */
function pathBelow(outer: string, inner: string): string | undefined {
  if (outer === inner) return ''
  return inner.startsWith(`${outer}/`) ? inner.slice(outer.length + 1) : undefined
}

/** Whether one of rsync's patterns keeps it from being deleted: with a slash in it by the path, else by any name on the way. */
function isExcluded(below: string, patterns: readonly string[]): boolean {
  const names = below.split('/')
  const paths = names.map((_, index) => names.slice(0, index + 1).join('/'))
  return patterns.some((pattern) => {
    const plain = pattern.replace(/\/(\*\*\*)?$/, '')
    const expression = new RegExp(
      `^${plain
        .replace(/^\//, '')
        .split(/(\*+|\?)/)
        .map(wildcardText)
        .join('')}$`,
    )
    return (plain.includes('/') ? paths : names).some((text) => text !== '' && expression.test(text))
  })
}

function wildcardText(part: string): string {
  if (part === '?') return '[^/]'
  if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*'
  return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
