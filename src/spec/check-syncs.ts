import { reportAt } from './context.js'
import type { Context } from './context.js'
import { findNamed, findServer } from './lookup.js'
import type { TextProblem } from './problem.js'
import { parseTemplate } from './references.js'
import { parseWrittenEndpoint } from './sync-endpoint.js'
import type { WrittenEndpoint } from './sync-endpoint.js'
import { filesystemRules } from './volume-rules.js'

type ReportText = (problem: TextProblem) => void

/** Reports sync rules between ends that files cannot be copied between. */
export function checkSyncs(context: Context): void {
  for (const [name, sync] of context.syncs) {
    if (!sync) continue
    const path = ['sync', name]
    const from = sync.from === undefined ? undefined : parseWrittenEndpoint(sync.from)
    const to = sync.to === undefined ? undefined : parseWrittenEndpoint(sync.to)
    const isFromHere = from === undefined || from.kind === 'local'
    if (!isFromHere) reportAt(context, [...path, 'from'])(notFromHere)
    // The other way round, a copy to this machine is the same mistake.
    if (to && (isFromHere || to.kind !== 'local')) checkDestination(context, to, reportAt(context, [...path, 'to']))
    if (sync.onChange !== undefined) parseTemplate(context, sync.onChange, reportAt(context, [...path, 'onChange']))
  }
}

const notFromHere: TextProblem = {
  code: 'SPEC_NOT_YET',
  message: 'files can be copied from this machine only, not yet from a server or a volume',
  hint: 'write a local path, such as ./music/',
}

function checkDestination(context: Context, to: WrittenEndpoint, report: ReportText): void {
  if (to.kind === 'local') {
    const message = 'files can be copied to servers and volumes only, not yet to this machine'
    report({ code: 'SPEC_NOT_YET', message, hint: 'write volume.<name>/path or <server>:/path' })
    return
  }
  if (to.kind === 'remote') {
    const message = 'files can be copied to servers and volumes of this stack only, not yet to other machines'
    report({ code: 'SPEC_NOT_YET', message, hint: 'write volume.<name>/path or <server>:/path' })
    return
  }
  if (to.kind === 'server') {
    if (!findServer(context, to.server, report) || to.path.startsWith('/')) return
    report({ code: 'SPEC_BAD_SYNC', message: 'a path on a server is absolute', hint: `write ${to.server}:/${to.path}` })
    return
  }
  if (findNamed(context, 'volume', to.volume, report) !== undefined) checkVolume(context, to, report)
}

function checkVolume(context: Context, to: Extract<WrittenEndpoint, { kind: 'volume' }>, report: ReportText): void {
  const volume = context.volumes.get(to.volume)
  if (!volume) return
  if (to.path.split('/').includes('..')) {
    report({ code: 'SPEC_BAD_SYNC', message: 'a path on a volume does not lead out of it', hint: 'leave `..` out' })
  } else if (!('server' in volume)) {
    const message = `volume \`${to.volume}\` has no server, so nothing can be copied to it`
    report({ code: 'SPEC_BAD_SYNC', message, hint: 'give the volume a `server`' })
  } else if (volume.fstype !== undefined && !filesystemRules[volume.fstype].isMountable) {
    report({ code: 'SPEC_BAD_SYNC', message: `volume \`${to.volume}\` is ${volume.fstype}: it has no files` })
  }
}
