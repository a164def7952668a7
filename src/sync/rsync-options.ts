import { basename } from 'node:path'
import { outputFormat } from './itemized.js'
import type { RsyncRun } from './rsync-run.js'
import { leavingOut, taking } from './filters.js'

/** Where what was sent of a file waits for the next run; rsync itself leaves it out of what is compared and deleted. */
const partialDirectory = '.evenkeel-partial'

/**
 * The options of a run, without how the other side is reached. Directories, links, modes, times and special files are
 * kept (`-rlptD`); runs of zeros become holes (`-S`), so that a sparse file takes no more room than its data. `lost+found` belongs to the filesystem and is left alone. The first pattern that fits a name decides,
 * so what is included comes before what is excluded.
 */
export function rsyncOptions({ rule, source, target, dryRun, onBytes }: RsyncRun): readonly string[] {
  const { include = [], chmod, checksum, bandwidthKiBps, compress, partial } = rule.options ?? {}
  const isAmongServers = source.machine.kind === 'server' && target.machine.kind === 'server'
  const tops = new Set(source.paths.map((path) => leavingOut(`/${escapePattern(basename(path))}/lost+found/`)))
  return [
    // Deletions first: the copy needs no room for what goes. Nobody reads from an archive's volume meanwhile.
    ...(rule.keepAll ? ['-aHAXS', '--numeric-ids', ...(rule.delete ? ['--delete-before'] : [])] : ['-rlptDS']),
    // Names of any bytes, as they are.
    '-8',
    '--no-human-readable',
    '--itemize-changes',
    `--out-format=${outputFormat}`,
    ...(dryRun ? ['--dry-run'] : []),
    ...(onBytes ? ['--info=progress2', '--outbuf=L'] : []),
    // The deletions come last: a copy that breaks off has deleted nothing.
    ...(rule.delete && !rule.keepAll ? ['--delete-delay'] : []),
    ...(!rule.keepAll && (isAmongServers || target.owner !== undefined) ? ['-og'] : []),
    ...(!rule.keepAll && target.owner !== undefined ? [`--chown=${target.owner}`] : []),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...(checksum ? ['--checksum'] : []),
    ...(compress ? ['--compress'] : []),
    ...(bandwidthKiBps === undefined ? [] : [`--bwlimit=${bandwidthKiBps}`]),
    ...(partial ? [`--partial-dir=${partialDirectory}`] : []),
    leavingOut('/lost+found/'),
    ...tops,
    ...include.map(taking),
    ...rule.exclude.map(leavingOut),
  ]
}

/** In a pattern without wildcards a backslash is one, and escapes nothing (rsync(1), "INCLUDE/EXCLUDE PATTERN RULES"). */
function escapePattern(name: string): string {
  if (!/[*?[]/.test(name)) return name
  return name.replaceAll(/[*?[\\]/g, String.raw`\$&`)
}
