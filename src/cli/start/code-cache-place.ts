import { lstatSync, mkdirSync, readdirSync, rmSync, statSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** So many versions of evenkeel, of Node and sets of V8's flags may be in use side by side; each takes up to 7 MB. */
const filesMaximum = 6

/**
 * The folder with what V8 made of the program, below the user's own cache; undefined where none is to be kept: when Node is
 * told to keep none, while coverage is measured (code that was kept does not count), and where files have no owners.
 */
export function codeCacheFolder(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment['NODE_DISABLE_COMPILE_CACHE'] || environment['NODE_V8_COVERAGE'] || !process.getuid) return undefined
  const { XDG_CACHE_HOME: given = '' } = environment
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'evenkeel', 'code')
}

/** What lies there is run: it is taken only where nobody else can have put it, and not even root takes another's. */
export function isOwn({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

/** Whether the folder is there, and this user's alone to write. */
export function isOwnFolder(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false })
  return status !== undefined && status.isDirectory() && isOwn(status)
}

/** The user's cache, `evenkeel` and `code`. A home that is not there, or not any more, is for others to make. */
const ownLevels = 3

/**
 * Makes the folder; false where it is not this user's alone. Below what is another's (`sudo` leaves HOME as it was) nothing is
 * made: it would be in that user's way. Throws what the disk says.
 */
export function makeOwnFolder(path: string): boolean {
  const missing: string[] = []
  let above = path
  for (; !lstatSync(above, { throwIfNoEntry: false }); above = dirname(above)) missing.unshift(above)
  if (missing.length > ownLevels || statSync(above).uid !== process.getuid?.()) return false
  // One by one: where a file system takes no folder (/proc), Node's `recursive` never ends.
  for (const folder of missing) makeFolder(folder)
  return isOwnFolder(path)
}

/** A run beside this one may have been first. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Removes what was written first: of versions that have gone, and of programs that were ended while they wrote. */
export function removeOldest(folder: string): void {
  const byAge = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, writtenMs: statSync(path).mtimeMs }))
    .toSorted((left, right) => right.writtenMs - left.writtenMs)
  for (const { path } of byAge.slice(filesMaximum)) rmSync(path, { force: true })
}
