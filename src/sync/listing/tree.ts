import { UsageError } from '../../core/errors.js'
import { drawnLineReader } from '../../core/line-reader.js'
import type { TreeFacts } from '../../model/kinds/archive.js'
import { runChild } from '../child.js'
import { LineDigest } from './line-digest.js'
import { leavingOut } from '../filters.js'

/** What `%i` begins with, permissions, owner, group, size, time, contents, name, and where a link leads. */
const format = '%i %B %U %G %l %M %C|%n%L'

const linePattern =
  /^([<>ch.][fdLDS])\S{9} +(\S{9,11}) (\d+) (\d+) (\d+) (\d{4}\/\d\d\/\d\d-\d\d:\d\d:\d\d) ([0-9a-f]*) *\|(.*)$/s

const blockBytes = 4096

export interface TreeRequest {
  /** Absolute, with a trailing slash. */
  readonly source: string
  /** A directory with nothing in it. */
  readonly emptyDirectory: string
  readonly exclude: readonly string[]
  readonly checksum: boolean
}

/**
 * What a directory holds, by rsync's own listing, so that what is left out is what a copy leaves out. Of a directory,
 * owner and mode alone count: its time changes with every file in it. Rejects when anything cannot be read.
 */
export async function readTree(request: TreeRequest): Promise<TreeFacts> {
  const { source, emptyDirectory, exclude, checksum } = request
  const lines = new LineDigest()
  const sizes = { files: 0, bytes: 0, allocatedBytes: 0, largestBytes: 0 }
  const reader = drawnLineReader((line) => {
    const entry = parseLine(line)
    // Whether the top directory is listed depends on the empty one that it is compared with.
    if (!entry || entry.isTop) return
    lines.add(entry.text)
    if (!entry.isFile) return
    sizes.files += 1
    if (entry.isLinked) return
    sizes.bytes += entry.bytes
    sizes.allocatedBytes += Math.ceil(entry.bytes / blockBytes) * blockBytes
    sizes.largestBytes = Math.max(sizes.largestBytes, entry.bytes)
  })
  const argv = [
    'rsync',
    '-aH8s',
    '--numeric-ids',
    '--dry-run',
    '--no-human-readable',
    `--out-format=${format}`,
    ...(checksum ? ['--checksum', '--checksum-choice=md5'] : []),
    leavingOut('/lost+found/'),
    ...exclude.map(leavingOut),
    '--',
    source,
    emptyDirectory,
  ]
  try {
    const result = await runChild({ argv }, reader.write)
    reader.end()
    if (result.exitCode !== 0) {
      const said = result.stderrTail.split('\n').slice(0, 2).join('; ')
      throw new UsageError('SYNC_SOURCE_UNREADABLE', `${source} cannot be read whole: ${said}`, {
        hint: 'make everything below it readable, or exclude what is not to be archived',
      })
    }
    return { digest: lines.finish(), entries: lines.count, ...sizes }
  } finally {
    lines.close()
  }
}

interface Line {
  readonly text: string
  readonly isTop: boolean
  readonly isFile: boolean
  /** Another name of a file that was listed before. */
  readonly isLinked: boolean
  readonly bytes: number
}

function parseLine(line: string): Line | undefined {
  const match = linePattern.exec(line)
  if (!match) return undefined
  const [, change = '', permissions = '', user = '', group = '', bytes = '', time = '', sum = '', name = ''] = match
  const isFile = change[1] === 'f'
  // A link's own time and mode are not asked after by anybody.
  const facts = isFile ? [permissions, bytes, time, sum] : change[1] === 'L' ? [] : [permissions]
  return {
    text: [name, user, group, ...facts].join('\0'),
    isTop: name === './',
    isFile,
    isLinked: change[0] === 'h',
    bytes: isFile ? Number(bytes) : 0,
  }
}
