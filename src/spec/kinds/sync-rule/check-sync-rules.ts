import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { findMember } from '../../references/counted-members.js'
import { findServer, isCounted, serverAddress } from '../../references/find-server.js'
import { ignore } from '../../problem.js'
import type { Path, TextReport } from '../../problem.js'
import { parseTemplate } from '../../references/templates.js'
import type { SyncRuleShape } from '../../shape/stack-shape.generated.js'
import { volumeCalled } from '../volume/volume-members.js'
import { isRemoteHost, parseWrittenEndpoint } from './written-endpoint.js'
import type { WrittenEndpoint } from './written-endpoint.js'
import { filesystemRules } from '../../../model/inside/volume-rules.js'

/** Reports sync rules between ends that cannot be copied between, and options that do not go with them. */
export function checkSyncRules(context: Context): void {
  for (const [name, sync] of context.sync) {
    if (!sync) continue
    const path = ['sync', name]
    const sources = writtenSources(sync, [...path, 'from'])
    const to = sync.to === undefined ? undefined : parseWrittenEndpoint(sync.to)
    for (const source of sources) checkSource(context, source.written, reportAt(context, source.path))
    if (to) checkEnd(context, to, reportAt(context, [...path, 'to']))
    if (sync.method === undefined || sync.method === 'files') {
      checkOneMachine(context, sources)
      for (const { written, path: at } of sources) checkHasFiles(context, written, reportAt(context, at))
      if (to) checkHasFiles(context, to, reportAt(context, [...path, 'to']))
    }
    checkOptions(context, sync, to, path)
  }
}

interface Source {
  readonly written: WrittenEndpoint
  readonly path: Path
}

function writtenSources({ from }: SyncRuleShape, path: Path): readonly Source[] {
  if (from === undefined) return []
  if (typeof from === 'string') return [{ written: parseWrittenEndpoint(from), path }]
  return from.flatMap((text, index) =>
    text === undefined ? [] : [{ written: parseWrittenEndpoint(text), path: [...path, index] }],
  )
}

function checkSource(context: Context, written: WrittenEndpoint, report: TextReport): void {
  if (written.kind !== 'servers' && written.kind !== 'volumes') return checkEnd(context, written, report)
  const [what, hint] =
    written.kind === 'servers'
      ? ['server', `write ${written.server}[0]:${written.path}`]
      : ['volume', `write volume.${written.volume}[0]/${written.path}`]
  report({ code: 'SPEC_BAD_SYNC', message: `files come from one ${what}, not from all of a count`, hint })
}

function checkEnd(context: Context, end: WrittenEndpoint, report: TextReport): void {
  switch (end.kind) {
    case 'local':
      return
    case 'remote':
      if (isRemoteHost(end.host) && end.path !== '') return
      report({ code: 'SPEC_BAD_SYNC', message: 'another machine is written user@host:path', hint: undefined })
      return
    case 'server':
    case 'servers': {
      const isKnown =
        end.kind === 'server'
          ? findServer(context, end.server, report)
          : isCounted(context, 'server', end.server, report)
      if (isKnown && !end.path.startsWith('/')) {
        const hint = `write ${end.server}${end.kind === 'server' ? '' : '[*]'}:/${end.path}`
        report({ code: 'SPEC_BAD_SYNC', message: 'a path on a server is absolute', hint })
      } else if (isKnown && end.path.split('/').includes('..')) {
        const message = 'a path on a server is written without `..`: what lies there is told from its path'
        report({ code: 'SPEC_BAD_SYNC', message, hint: `write ${resolved(end.path)}` })
      }
      return
    }
    case 'volume':
    case 'volumes': {
      const isKnown =
        end.kind === 'volume'
          ? findMember(context, 'volume', end.volume, report)
          : isCounted(context, 'volume', end.volume, report)
      if (!isKnown || !end.path.split('/').includes('..')) return
      report({ code: 'SPEC_BAD_SYNC', message: 'a path on a volume does not lead out of it', hint: 'leave `..` out' })
    }
  }
}

/** `/srv/a/../b/` -> `/srv/b/`; a trailing slash means something to rsync. */
function resolved(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}${path.endsWith('/') && parts.length > 0 ? '/' : ''}`
}

/** Files are on volumes that are mounted somewhere. */
function checkHasFiles(context: Context, end: WrittenEndpoint, report: TextReport): void {
  if (end.kind !== 'volume' && end.kind !== 'volumes') return
  const volume = context.volumes.get(end.volume.replace(/\[.*$/, ''))
  if (!volume || end.path.split('/').includes('..')) return
  if (!('server' in volume)) {
    const message = `volume \`${end.volume}\` has no server, so nothing can be copied to it or from it`
    report({ code: 'SPEC_BAD_SYNC', message, hint: 'give the volume a `server`' })
  } else if (volume.fstype !== undefined && !filesystemRules[volume.fstype].isMountable) {
    report({ code: 'SPEC_BAD_SYNC', message: `volume \`${end.volume}\` is ${volume.fstype}: it has no files` })
  } else if (volume.unmounted === true) {
    const message = `volume \`${end.volume}\` is not to be mounted, so nothing can be copied to it or from it`
    report({ code: 'SPEC_BAD_SYNC', message, hint: 'leave `unmounted` out' })
  }
}

/** One run of rsync reads from one machine; with `delete`, two runs would undo one another. */
function checkOneMachine(context: Context, sources: readonly Source[]): void {
  const [first, ...others] = sources.map((source) => ({ ...source, machine: machineOf(context, source.written) }))
  if (first?.machine === undefined) return
  for (const { machine, path } of others) {
    if (machine === undefined || machine === first.machine) continue
    const message = 'the sources of one rule lie on one machine'
    reportAt(context, path)({ code: 'SPEC_BAD_SYNC', message, hint: 'write a rule of its own for this one' })
  }
}

function machineOf(context: Context, end: WrittenEndpoint): string | undefined {
  if (end.kind === 'local') return 'here'
  if (end.kind === 'remote') return end.host
  if (end.kind === 'volumes') return undefined
  const server =
    end.kind === 'volume' ? volumeCalled(context, end.volume)?.member.server : findServer(context, end.server, ignore)
  return server && serverAddress(server)
}

/** Which options mean nothing with these ends. */
function checkOptions(context: Context, sync: SyncRuleShape, to: WrittenEndpoint | undefined, path: Path): void {
  const say = (key: string, message: string, hint?: string) =>
    reportAt(context, [...path, key])({ code: 'SPEC_BAD_SYNC', message, hint })
  if (sync.onChange !== undefined) {
    parseTemplate(context, sync.onChange, reportAt(context, [...path, 'onChange']))
    if (to?.kind === 'local' || to?.kind === 'remote') {
      say('onChange', 'a command runs on servers of the stack only, and files go elsewhere', 'leave `onChange` out')
    }
  }
  if (sync.rolling !== undefined) {
    const { health } = sync.rolling
    if (health !== undefined) parseTemplate(context, health, reportAt(context, [...path, 'rolling', 'health']))
    if (to && to.kind !== 'servers' && to.kind !== 'volumes') {
      say('rolling', 'only a copy to several servers rolls', 'write `to: web[*]:/path`, or leave `rolling` out')
    }
  }
}
