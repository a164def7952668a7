import type { Module } from './source-tree.js'

/**
 * The circles of files that import one another, each as a way round it (`a -> b -> a`), shortest first. All imports count,
 * those of types too: two files that need each other's nouns are one idea, or miss a third.
 */
export function circlesOf(modules: readonly Pick<Module, 'path' | 'imports'>[]): readonly string[] {
  const known = new Set(modules.map(({ path }) => path))
  const targets = new Map(
    modules.map(({ path, imports }) => [
      path,
      [...new Set(imports.flatMap((imported) => imported.path ?? []))].filter((target) => known.has(target)).sort(),
    ]),
  )
  return componentsOf(targets)
    .map((component) => wayRound(component, targets))
    .sort((left, right) => left.length - right.length || (left.join() < right.join() ? -1 : 1))
    .map((way) => way.join(' -> '))
}

type Graph = ReadonlyMap<string, readonly string[]>

/** The strongly connected components of more than one file, or of one that imports itself (Tarjan's algorithm). */
function componentsOf(targets: Graph): readonly ReadonlySet<string>[] {
  const found: ReadonlySet<string>[] = []
  const numbers = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const enter = (path: string): void => {
    numbers.set(path, numbers.size)
    lowest.set(path, numbers.size - 1)
    open.push(path)
    for (const target of targets.get(path) ?? []) {
      if (!numbers.has(target)) enter(target)
      if (open.includes(target)) lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(target) ?? 0))
    }
    if (lowest.get(path) !== numbers.get(path)) return
    const component = new Set(open.splice(open.indexOf(path)))
    if (component.size > 1 || targets.get(path)?.includes(path)) found.push(component)
  }
  for (const path of targets.keys()) if (!numbers.has(path)) enter(path)
  return found
}

/** The shortest way from the first file of a component back to it. */
function wayRound(component: ReadonlySet<string>, targets: Graph): readonly string[] {
  const [start = ''] = [...component].sort()
  const waiting: (readonly string[])[] = [[start]]
  const seen = new Set<string>()
  for (let way = waiting.shift(); way; way = waiting.shift()) {
    for (const target of targets.get(way.at(-1) ?? '') ?? []) {
      if (target === start) return [...way, start]
      if (!component.has(target) || seen.has(target)) continue
      seen.add(target)
      waiting.push([...way, target])
    }
  }
  return [start]
}
