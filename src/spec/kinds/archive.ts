import { required } from '../../core/assert.js'
import { addressOf } from '../../model/address.js'
import type { ArchiveSpec } from '../../model/kinds/archive.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import type { ArchiveShape } from '../shape/stack-shape.generated.js'
import { checkCopyRegions, copyRegionsOf } from './copy-regions.js'
import { inOrder, tagsOf } from './entries.js'
import { checkLaunchChoices } from './server/check-launch-choices.js'
import { launchChoices } from './server/launch-choices.js'
import type { SpecKind } from './spec-kind.js'
import { parseWrittenEndpoint } from './sync-rule/written-endpoint.js'

/** Directories of this machine, each kept as versions of a snapshot. */
export const archive: SpecKind<'archive'> = {
  word: 'archive',
  entries: ({ archives }) => archives,
  pathOf: (name) => ['archives', name],
  attributes: [],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  check: checkArchives,
  specs: (context) => inOrder(context.archives).map(([name, entry]) => archiveOf(context, name, entry)),
}

function archiveOf(context: Context, name: string, entry: ArchiveShape): ArchiveSpec {
  const address = addressOf('archive', name)
  const tags = tagsOf(context, entry.tags)
  const regions = copyRegionsOf(context, entry.regions)
  return {
    address,
    from: context.localPath(['archives', name, 'from'], required(entry.from, 'from')),
    fstype: entry.fstype ?? 'ext4',
    keep: entry.keep,
    ...(regions.length > 0 && { regions }),
    slackPercent: slackPercentOf(entry.slack),
    checksum: entry.checksum ?? false,
    exclude: (entry.exclude ?? []).map((pattern) => required(pattern, 'pattern')),
    server: {
      address,
      ...launchChoices(context, required(entry.server, 'server')),
      state: 'running',
      rootVolume: { sizeGiB: undefined, type: undefined, onRemove: undefined, onReplace: undefined },
      replace: undefined,
      userData: undefined,
      onUserDataChange: 'ignore',
      protect: false,
      dependsOn: [],
      setup: [],
      tags,
    },
    tags,
  }
}

/** Free space where the file says nothing, in percent. Chosen: what the next few versions of a directory usually add. */
const slackPercentDefault = 15

/** `15%` -> 15. */
function slackPercentOf(slack: string | undefined): number {
  return slack === undefined ? slackPercentDefault : Number(slack.replace('%', ''))
}

/** Reports archives of what is no directory of this machine, and temporary servers that cannot be launched. */
function checkArchives(context: Context): void {
  for (const [name, entry] of context.archives) {
    if (!entry) continue
    const path = ['archives', name]
    if (entry.from !== undefined && parseWrittenEndpoint(entry.from).kind !== 'local') {
      reportAt(context, [...path, 'from'])({
        code: 'SPEC_BAD_ARCHIVE',
        message: 'an archive is made of a directory of this machine, not of a server or a volume',
        hint: 'write a local path, such as ./music/; volumes have `snapshots` of their own',
      })
    }
    checkCopyRegions(context, path, entry.regions)
    if (entry.server) checkLaunchChoices(context, [...path, 'server'], entry.server)
  }
}
