import { UsageError } from '../../core/errors.js'
import { drawnLineReader } from '../../core/line-reader.js'
import { runChild } from '../child.js'
import { LineDigest } from './line-digest.js'
import { leavingOut, taking } from '../filters.js'

/** What `%i` begins with, permissions, contents, name, and where a link leads. */
const format = '%i %B %C|%n%L'

const linePattern = /^[<>ch.]([fdLDS])\S{9} +(\S{9,11}) ([0-9a-f]*) *\|(.*)$/s

export interface ContentRequest {
  /** Absolute; with the trailing slash as written. */
  readonly paths: readonly string[]
  /** A directory with nothing in it. */
  readonly emptyDirectory: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/**
 * A digest over names, contents, links and whether a file may be run by its owner: the same wherever the same files were
 * checked out, at whatever time and by whomever. Every file is read. Rejects when anything cannot be.
 */
export async function contentDigest({ paths, emptyDirectory, include, exclude }: ContentRequest): Promise<string> {
  const lines = new LineDigest()
  const reader = drawnLineReader((line) => {
    const [, kind, permissions = '', sum = '', name = ''] = linePattern.exec(line) ?? []
    if (kind === undefined || name === './') return
    const isRun = kind === 'f' && permissions[2] === 'x'
    lines.add([kind, name, isRun ? 'x' : '', sum].join('\0'))
  })
  const argv = [
    'rsync',
    '-rlptD8s',
    '--dry-run',
    '--checksum',
    '--checksum-choice=md5',
    `--out-format=${format}`,
    leavingOut('/lost+found/'),
    ...include.map(taking),
    ...exclude.map(leavingOut),
    '--',
    ...paths,
    emptyDirectory,
  ]
  try {
    const result = await runChild({ argv }, reader.write)
    reader.end()
    if (result.exitCode !== 0) {
      const said = result.stderrTail.split('\n').slice(0, 2).join('; ')
      throw new UsageError('SYNC_SOURCE_UNREADABLE', `${paths.join(' ')} cannot be read whole: ${said}`, {
        hint: 'make everything below it readable, or exclude what is not to be copied',
      })
    }
    return lines.finish()
  } finally {
    lines.close()
  }
}
