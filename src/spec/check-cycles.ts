import { parseAddress } from './address.js'
import type { Address } from './address.js'
import { reportAt } from './context.js'
import type { Context } from './context.js'
import { findDependencies, findServer } from './lookup.js'
import type { Path } from './problem.js'
import { parseTemplate } from './references.js'
import { parseWrittenEndpoint } from './sync-endpoint.js'
import { referencesIn } from './template.js'

/** `server.web`, `volume.music`: one node for all the servers of a count, since they wait for the same. */
type Entry = string

interface Edge {
  readonly to: Entry
  /** Where the file says so. */
  readonly path: Path
}

/** Reports entries that wait for each other in a circle, once for each circle, with the way round. */
export function checkCycles(context: Context): void {
  const edges = edgesOf(context)
  const reported = new Set<Entry>()
  for (const cycle of cyclesIn(edges)) {
    if (cycle.some((entry) => reported.has(entry))) continue
    for (const entry of cycle) reported.add(entry)
    const [first = '', second = first] = cycle
    const edge = edges.get(first)?.find(({ to }) => to === second)
    const way = [...cycle, first].join(' -> ')
    const message = cycle.length === 1 ? `${first} waits for itself` : `these wait for each other: ${way}`
    reportAt(context, edge?.path ?? [])({ code: 'SPEC_CYCLE', message, hint: 'take one of these references out' })
  }
}

function edgesOf(context: Context): ReadonlyMap<Entry, readonly Edge[]> {
  const edges = new Map<Entry, Edge[]>()
  for (const [name, server] of context.servers) {
    if (!server?.dependsOn && !server?.userData && !server?.setup) continue
    const from = `server.${name}`
    const path = ['servers', name]
    addDependencies(from, [...path, 'dependsOn'], server.dependsOn)
    addReferences(from, [...path, 'userData'], server.userData)
    for (const [index, command] of (server.setup ?? []).entries()) {
      addReferences(from, [...path, 'setup', index], command)
    }
  }
  for (const [name, volume] of context.volumes) {
    if (!volume) continue
    const path = ['volumes', name]
    addDependencies(`volume.${name}`, [...path, 'dependsOn'], volume.dependsOn)
    const server = volume.server === undefined ? undefined : findServer(context, volume.server, ignore)
    if (!server) continue
    add(`volume.${name}`, `server.${server.name}`, [...path, 'server'])
    const isZoneKnown = volume.zone !== undefined || context.servers.get(server.name)?.zone !== undefined
    if (!isZoneKnown) add(createdVolume(name), `server.${server.name}`, [...path, 'server'])
  }
  for (const [name, sync] of context.syncs) {
    const path = ['sync', name]
    const to = sync?.to === undefined ? undefined : parseWrittenEndpoint(sync.to)
    if (to?.kind === 'volume') add(`sync.${name}`, `volume.${to.volume}`, [...path, 'to'])
    const server = to?.kind === 'server' ? findServer(context, to.server, ignore) : undefined
    if (server) add(`sync.${name}`, `server.${server.name}`, [...path, 'to'])
    addReferences(`sync.${name}`, [...path, 'onChange'], sync?.onChange)
  }
  return edges

  function add(from: Entry, to: Entry, path: Path): void {
    const list = edges.get(from)
    if (list) list.push({ to, path })
    else edges.set(from, [{ to, path }])
  }

  function addDependencies(from: Entry, path: Path, texts: readonly (string | undefined)[] | undefined): void {
    for (const [index, text] of (texts ?? []).entries()) {
      const entries = findDependencies(context, text ?? '', ignore).map(entryOf)
      for (const to of new Set(entries)) add(from, to, [...path, index])
    }
  }

  function addReferences(from: Entry, path: Path, text: string | undefined): void {
    if (!text?.includes('${')) return
    for (const { address } of referencesIn(parseTemplate(context, text, ignore))) {
      const { kind, name } = parseAddress(address) ?? {}
      if (kind === 'server') add(from, entryOf(address), path)
      if (kind === 'volume' && name !== undefined) add(from, createdVolume(name), path)
    }
  }
}

/** A volume has its id before it is attached: naming that id waits for the server only where the server's zone is needed. */
function createdVolume(name: string): Entry {
  return `volume.${name}.id`
}

function entryOf(address: Address): Entry {
  return address.replace(/\[\d+\]$/, '')
}

function ignore(): void {}

/** The circles that a depth-first walk closes, each from its first entry in file order on. No recursion: chains are long. */
function* cyclesIn(edges: ReadonlyMap<Entry, readonly Edge[]>): Generator<readonly Entry[]> {
  const done = new Set<Entry>()
  for (const start of edges.keys()) {
    if (done.has(start)) continue
    const way: { readonly entry: Entry; next: number }[] = [{ entry: start, next: 0 }]
    const open = new Set([start])
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const edge = edges.get(top.entry)?.[top.next]
      top.next += 1
      if (!edge) {
        done.add(top.entry)
        open.delete(top.entry)
        way.pop()
      } else if (open.has(edge.to)) {
        const entries = way.map(({ entry }) => entry)
        yield entries.slice(entries.indexOf(edge.to))
      } else if (!done.has(edge.to)) {
        way.push({ entry: edge.to, next: 0 })
        open.add(edge.to)
      }
    }
  }
}
