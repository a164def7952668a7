import { checkArchives } from '../kinds/archive.js'
import { checkCycles } from './check-cycles.js'
import { checkFilesystems } from '../kinds/volume/check-filesystems.js'
import { checkSecurityGroups } from '../kinds/security-group/check-security-groups.js'
import { checkServers } from '../kinds/server/check-servers.js'
import { checkSyncs } from '../kinds/sync-rule/check-sync-rules.js'
import { checkTags } from './check-tags.js'
import { checkVolumes } from '../kinds/volume/check-volumes.js'
import type { Context } from '../context.js'

/** Reports every mistake of meaning in what is well formed. A mistake of shape was told before and is told no more. */
export function checkStack(context: Context): void {
  if (context.stack.extends !== undefined) {
    const message = 'a stack file cannot build on another one yet'
    context.report({ code: 'SPEC_NOT_YET', message, path: ['extends'], at: 'key', hint: 'say it all in one file' })
  }
  checkTags(context)
  checkSecurityGroups(context)
  checkServers(context)
  checkVolumes(context)
  checkFilesystems(context)
  checkSyncs(context)
  checkArchives(context)
  checkCycles(context)
}
