import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import type { RollingSpec, SyncEndpoint, SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { Context } from '../../context.js'
import { ignore, type Path } from '../../problem.js'
import { withoutKind } from '../../references/declared-names.js'
import { findMember, findMembers } from '../../references/counted-members.js'
import { findServer, membersOfCount, serverAddress } from '../../references/find-server.js'
import { templateOf } from '../../references/templates.js'
import type { SyncRuleShape } from '../../shape/stack-shape.generated.js'
import { secondsOf } from '../duration.js'
import { inOrder } from '../entries.js'
import type { SpecKind } from '../spec-kind.js'
import { countOfVolume } from '../volume/volume-members.js'
import { checkBlockCopies } from './check-block-copies.js'
import { checkSyncRules } from './check-sync-rules.js'
import { parseWrittenEndpoint, sourcesOf } from './written-endpoint.js'
import type { WrittenEndpoint } from './written-endpoint.js'

/** Copies of files or of whole volumes: one of each entry, or one for each server or volume where it writes to `web[*]` or `volume.data[*]`. */
export const syncRule: SpecKind<'sync'> = {
  word: 'sync rule',
  entries: ({ sync }) => sync,
  pathOf: (name) => ['sync', name],
  countOf: (sections, name) => {
    const to = sections.sync.get(name)?.to
    const written = to === undefined ? undefined : parseWrittenEndpoint(to)
    if (written?.kind === 'volumes') return countOfVolume(sections, written.volume) ?? 0
    if (written?.kind !== 'servers') return undefined
    return sections.servers.get(withoutKind('server', written.server))?.count ?? 0
  },
  attributes: [],
  isGenerated: false,
  isAwaited: true,
  templates: { onChange: 'text', 'rolling.health': 'text' },
  check: (context) => {
    checkSyncRules(context)
    checkBlockCopies(context)
  },
  specs: (context) => inOrder(context.sync).flatMap(([name, entry]) => rulesOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.sync) {
      const done = `sync.${name}`
      const path = ['sync', name]
      for (const text of [...sourcesOf(entry?.from), ...sourcesOf(entry?.to)]) {
        const to = entryAtEnd(context, parseWrittenEndpoint(text))
        if (to !== undefined) waits.add(done, { to })
      }
      waits.addReferences(done, [...path, 'onChange'], entry?.onChange)
      waits.addReferences(done, [...path, 'rolling', 'health'], entry?.rolling?.health)
    }
  },
}

/** The entry that has to be ready before anything is copied to this end or from it. */
function entryAtEnd(context: Context, end: WrittenEndpoint): string | undefined {
  switch (end.kind) {
    case 'local':
    case 'remote':
      return undefined
    case 'volume':
    case 'volumes':
      return `volume.${end.volume.replace(/\[.*$/, '')}`
    case 'servers':
      return `server.${withoutKind('server', end.server)}`
    case 'server': {
      const server = findServer(context, end.server, ignore)
      return server && `server.${server.name}`
    }
  }
}

/** The rule; where it writes to `web[*]` or `volume.data[*]`, one for each of them. */
function rulesOf(context: Context, name: string, entry: SyncRuleShape): readonly SyncSpec[] {
  const to = parseWrittenEndpoint(required(entry.to, 'to'))
  const rule: Omit<SyncSpec, 'address' | 'to'> = {
    from: sourcesOf(entry.from).map((from) => endpointOf(context, parseWrittenEndpoint(from), ['sync', name, 'from'])),
    method: entry.method ?? 'files',
    via: entry.via ?? 'direct',
    delete: entry.delete ?? false,
    include: patternsOf(entry.include),
    exclude: patternsOf(entry.exclude),
    owner: entry.owner,
    chmod: entry.chmod,
    checksum: entry.checksum ?? false,
    bandwidthKiBps: entry.bandwidthKiBps,
    compress: entry.compress ?? false,
    partial: entry.partial ?? false,
    ...(entry.overwrite === true && { overwrite: true }),
    onChange: entry.onChange === undefined ? undefined : templateOf(context, entry.onChange),
    rolling: entry.rolling && rollingOf(context, entry.rolling),
  }
  if (to.kind !== 'servers' && to.kind !== 'volumes')
    return [{ address: addressOf('sync', name), to: endpointOf(context, to, ['sync', name, 'to']), ...rule }]
  return destinationsOf(context, to).map((destination, index) => ({
    address: addressOf('sync', name, index),
    to: destination,
    ...rule,
  }))
}

/** Every end that `web[*]:path` or `volume.data[*]/path` means. */
function destinationsOf(
  context: Context,
  to: Extract<WrittenEndpoint, { readonly kind: 'servers' | 'volumes' }>,
): readonly SyncEndpoint[] {
  const { path } = to
  if (to.kind === 'volumes') {
    const members = findMembers(context, 'volume', to.volume, ignore)
    return members.map(({ name, index }) => ({ kind: 'volume', volume: addressOf('volume', name, index), path }))
  }
  return membersOfCount(context, to.server).map((server) => ({
    kind: 'server',
    server: required(serverAddress(server), to.server),
    path,
  }))
}

function endpointOf(context: Context, written: WrittenEndpoint, path: Path): SyncEndpoint {
  switch (written.kind) {
    case 'local':
      return { kind: 'local', path: context.localPath(path, written.path) }
    case 'remote':
      return written
    case 'volume':
    case 'volumes': {
      const found = required(findMember(context, 'volume', written.volume, ignore), written.volume)
      return { kind: 'volume', volume: addressOf('volume', found.name, found.index), path: written.path }
    }
    case 'server':
    case 'servers': {
      const found = required(findServer(context, written.server, ignore), written.server)
      return { kind: 'server', server: required(serverAddress(found), written.server), path: written.path }
    }
  }
}

function rollingOf(context: Context, rolling: NonNullable<SyncRuleShape['rolling']>): RollingSpec {
  return {
    maxUnavailable: rolling.maxUnavailable ?? 1,
    health: templateOf(context, required(rolling.health, 'health')),
    timeoutSeconds: secondsOf(rolling.timeout ?? '60s'),
  }
}

function patternsOf(patterns: readonly (string | undefined)[] | undefined): readonly string[] {
  return (patterns ?? []).map((pattern) => required(pattern, 'pattern'))
}
