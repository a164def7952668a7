import { basename } from 'node:path'
import { runChild } from './child.js'
import { outputFormat, parseEntry } from './itemized.js'
import { rsyncFailure } from './rsync-errors.js'
import type { RsyncRun, Target } from './rsync-run.js'

/**
 * Runs rsync once. Directories, links, modes, times and special files are kept (`-rlptD`); on a server every file belongs
 * to the login user (`-og --chown`), since the owners of this machine mean nothing there, and rsync runs as root, so that
 * it may write anywhere. `lost+found` belongs to the filesystem and is left alone.
 */
export async function runRsync(run: RsyncRun): Promise<void> {
  const lines = lineReader((line) => {
    const entry = parseEntry(line)
    if (entry) run.onEntry(entry)
    else if (run.onBytes) {
      const bytes = /^\s*(\d+)\s+\d+%/.exec(line)?.[1]
      if (bytes !== undefined) run.onBytes(Number(bytes))
    }
  })
  const result = await runChild({ argv: rsyncArgv(run) }, lines.write)
  lines.end()
  if (result.exitCode !== 0) throw rsyncFailure(run, result)
}

function rsyncArgv({ rule, source, target, dryRun, onBytes }: RsyncRun): readonly string[] {
  return [
    'rsync',
    '-rlptD',
    // Names of any bytes, as they are; arguments reach the server without a shell in between.
    '-8',
    '-s',
    '--no-human-readable',
    '--itemize-changes',
    `--out-format=${outputFormat}`,
    ...(dryRun ? ['--dry-run'] : []),
    ...(onBytes ? ['--info=progress2', '--outbuf=L'] : []),
    // The deletions come last: a copy that breaks off has deleted nothing.
    ...(rule.delete ? ['--delete-delay'] : []),
    ...(target.kind === 'remote' ? remoteOptions(target) : []),
    '--exclude=/lost+found/',
    `--exclude=/${escapePattern(basename(source))}/lost+found/`,
    ...rule.exclude.map((pattern) => `--exclude=${pattern}`),
    '--',
    source,
    target.kind === 'local' ? target.directory : `${target.alias}:${target.path}`,
  ]
}

function remoteOptions(target: Extract<Target, { kind: 'remote' }>): readonly string[] {
  return [
    '-og',
    `--chown=${target.owner.uid}:${target.owner.gid}`,
    `--rsh=ssh -F ${quoteForRsh(target.configPath)}`,
    `--rsync-path=${target.isRoot ? 'rsync' : 'sudo -n rsync'}`,
  ]
}

/** rsync splits `--rsh` at blanks itself; inside single quotes, two of them stand for one. */
function quoteForRsh(path: string): string {
  return /^[\w/.+-]+$/.test(path) ? path : `'${path.replaceAll("'", "''")}'`
}

function escapePattern(name: string): string {
  return name.replaceAll(/[*?[\\]/g, String.raw`\$&`)
}

/** Splits at line ends and at the carriage returns with which progress is drawn over. Names are read as UTF-8. */
function lineReader(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  let rest: Buffer = Buffer.alloc(0)
  const emit = (bytes: Buffer) => {
    if (bytes.length > 0) onLine(bytes.toString('utf8'))
  }
  return {
    write(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let at = 0; at < rest.length; at += 1) {
        if (rest[at] !== 10 && rest[at] !== 13) continue
        emit(rest.subarray(start, at))
        start = at + 1
      }
      rest = rest.subarray(start)
    },
    end: () => emit(rest),
  }
}
