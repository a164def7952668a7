import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import { matchesPattern, mayMatchBelow } from './pattern.js'

/**
 * The files below a folder that patterns match, as paths from there, sorted; those behind `!` take away. Folders and files that begin
 * with a dot, and `node_modules`, are left out, and links to folders are not followed. Throws a UsageError for a folder that cannot be
 * read: what lies in it would be forgotten without a word.
 */
export function findFiles(root: string, patterns: readonly string[]): readonly string[] {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'))
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const found: string[] = []
  look('')
  return found.sort()

  function look(folder: string): void {
    for (const entry of entriesIn(join(root, folder))) {
      const { name } = entry
      if (name.startsWith('.') || name === 'node_modules') continue
      const path = folder === '' ? name : `${folder}/${name}`
      if (entry.isDirectory()) {
        if (wanted.some((pattern) => mayMatchBelow(pattern, path)) && !unwanted.some(takesAll(path))) look(path)
      } else if (isFile(entry, join(root, path)) && matchesAny(wanted, path) && !matchesAny(unwanted, path)) {
        found.push(path)
      }
    }
  }
}

/** Whether a path stays within a folder once links are followed. */
export function staysWithin(folder: string, path: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(folder)}/`)
  } catch {
    return false
  }
}

/** `!attic/**` leaves nothing of the folder. */
function takesAll(folder: string): (pattern: string) => boolean {
  return (pattern) => pattern.split('/').at(-1) === '**' && matchesPattern(pattern, folder)
}

function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, path))
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    // It went while others were looked at.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new UsageError('STACK_FILE_UNREADABLE', `the folder ${folder} cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: 'a pattern that begins with ! leaves it out: "!folder/**"',
    })
  }
}

/** A link that leads to a file is one, and one that leads nowhere, too: it is told of, not passed over. */
function isFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile()
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true
}
