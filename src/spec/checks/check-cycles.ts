import { parseAddress } from '../../model/address.js'
import type { Address } from '../../model/address.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { findDependencies, findServer } from '../references/names.js'
import type { Path } from '../problem.js'
import { parseTemplate } from '../references/templates.js'
import { parseWrittenEndpoint, sourcesOf } from '../kinds/sync-rule/written-endpoint.js'
import { referencesIn } from '../../model/template.js'

/**
 * A moment in the life of an entry: `server.web` is ready when its volumes are mounted and its setup has run; it is
 * created long before, and that is all that `${server.web.privateIp}` waits for. All servers of a count wait for the same.
 */
type Moment = string

interface Edge {
  readonly to: Moment
  /** Where the file asks for it; absent for what is so by nature: a volume waits for its server to be created. */
  readonly path?: Path | undefined
}

/** Reports entries that wait for each other in a circle, once for each circle, with the way round. */
export function checkCycles(context: Context): void {
  const edges = momentsOf(context)
  const reported = new Set<string>()
  for (const cycle of cyclesIn(edges)) {
    const entries = entriesOf(cycle.map(({ from }) => from))
    const written = cycle.find(({ edge }) => edge.path)?.edge.path
    if (!written || entries.some((entry) => reported.has(entry))) continue
    for (const entry of entries) reported.add(entry)
    const way = [...entries, entries[0]].join(' -> ')
    const message = entries.length === 1 ? `${way.split(' ')[0]} waits for itself` : `these wait for each other: ${way}`
    reportAt(context, written)({ code: 'SPEC_CYCLE', message, hint: 'take one of these references out' })
  }
}

/** The entries of a way round; moments of one entry that follow each other are told as one. */
function entriesOf(moments: readonly Moment[]): readonly string[] {
  const entries = moments.map((moment) => moment.replace(creation, ''))
  const told = entries.filter((entry, index) => entry !== entries.at(index - 1))
  return told.length === 0 ? entries.slice(0, 1) : told
}

const creation = ' is created'

function created(entry: string): Moment {
  return entry + creation
}

function momentsOf(context: Context): ReadonlyMap<Moment, readonly Edge[]> {
  const edges = new Map<Moment, Edge[]>()
  for (const [name, server] of context.servers) {
    const entry = `server.${name}`
    const path = ['servers', name]
    add(entry, { to: created(entry) })
    addDependencies(created(entry), [...path, 'dependsOn'], server?.dependsOn)
    addReferences(created(entry), [...path, 'userData'], server?.userData)
    for (const [index, command] of (server?.setup ?? []).entries()) {
      addReferences(entry, [...path, 'setup', index], command)
    }
  }
  for (const [name, volume] of context.volumes) {
    const entry = `volume.${name}`
    const path = ['volumes', name]
    addDependencies(entry, [...path, 'dependsOn'], volume?.dependsOn)
    const server = volume?.server === undefined ? undefined : findServer(context, volume.server, ignore)
    if (!server) continue
    add(entry, { to: created(`server.${server.name}`) })
    add(`server.${server.name}`, { to: entry })
  }
  for (const [name, sync] of context.syncs) {
    const entry = `sync.${name}`
    const path = ['sync', name]
    for (const written of [...sourcesOf(sync?.from), ...sourcesOf(sync?.to)]) {
      const end = parseWrittenEndpoint(written)
      if (end.kind === 'volume') add(entry, { to: `volume.${end.volume}` })
      const server = end.kind === 'server' ? findServer(context, end.server, ignore)?.name : undefined
      if (server !== undefined) add(entry, { to: `server.${server}` })
      if (end.kind === 'servers') add(entry, { to: `server.${end.server.replace(/^server\./, '')}` })
    }
    addReferences(entry, [...path, 'onChange'], sync?.onChange)
    addReferences(entry, [...path, 'rolling', 'health'], sync?.rolling?.health)
  }
  return edges

  function add(from: Moment, edge: Edge): void {
    const list = edges.get(from)
    if (list) list.push(edge)
    else edges.set(from, [edge])
  }

  function addDependencies(from: Moment, path: Path, texts: readonly (string | undefined)[] | undefined): void {
    for (const [index, text] of (texts ?? []).entries()) {
      const entries = findDependencies(context, text ?? '', ignore).map(entryOf)
      for (const to of new Set(entries)) add(from, { to, path: [...path, index] })
    }
  }

  function addReferences(from: Moment, path: Path, text: string | undefined): void {
    if (!text?.includes('${')) return
    for (const { address } of referencesIn(parseTemplate(context, text, ignore))) {
      // Volumes and security groups are made without waiting for anything.
      if (parseAddress(address)?.kind === 'server') add(from, { to: created(entryOf(address)), path })
    }
  }
}

function entryOf(address: Address): string {
  return address.replace(/\[\d+\]$/, '')
}

function ignore(): void {}

interface Pass {
  readonly from: Moment
  readonly edge: Edge
}

/** The circles that a depth-first walk closes, as the edges passed. No recursion: chains are long. */
function* cyclesIn(edges: ReadonlyMap<Moment, readonly Edge[]>): Generator<readonly Pass[]> {
  const done = new Set<Moment>()
  for (const start of edges.keys()) {
    if (done.has(start)) continue
    const way = [{ from: start, next: 0 }]
    const open = new Set([start])
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const edge = edges.get(top.from)?.[top.next]
      top.next += 1
      if (!edge) {
        done.add(top.from)
        open.delete(top.from)
        way.pop()
      } else if (open.has(edge.to)) {
        const round = way.slice(way.findIndex(({ from }) => from === edge.to))
        yield round.flatMap(({ from, next }) => {
          const passed = edges.get(from)?.[next - 1]
          return passed ? [{ from, edge: passed }] : []
        })
      } else if (!done.has(edge.to)) {
        way.push({ from: edge.to, next: 0 })
        open.add(edge.to)
      }
    }
  }
}
