import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { checkServerChoices } from './server/check-servers.js'
import { parseWrittenEndpoint } from './sync-rule/written-endpoint.js'

/** Reports archives of what is no directory of this machine, and temporary servers that cannot be launched. */
export function checkArchives(context: Context): void {
  for (const [name, archive] of context.archives) {
    if (!archive) continue
    const path = ['archives', name]
    if (archive.from !== undefined && parseWrittenEndpoint(archive.from).kind !== 'local') {
      reportAt(context, [...path, 'from'])({
        code: 'SPEC_BAD_ARCHIVE',
        message: 'an archive is made of a directory of this machine, not of a server or a volume',
        hint: 'write a local path, such as ./music/; volumes have `snapshots` of their own',
      })
    }
    if (archive.server) checkServerChoices(context, [...path, 'server'], archive.server)
  }
}
