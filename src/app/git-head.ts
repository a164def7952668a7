import { readFileSync, statSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'

/** SHA-1 or SHA-256. */
const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** By which git is told where a repository is (git(1), "The Git Repository"). */
const variables = ['GIT_DIR', 'GIT_COMMON_DIR', 'GIT_CEILING_DIRECTORIES', 'GIT_DISCOVERY_ACROSS_FILESYSTEM'] as const

/**
 * The commit that is checked out where a directory is, read from the files of git; null: no repository is there; undefined: that takes
 * git itself to tell, or there is none. A process for each stack of a fleet was a sixth of what its drift costs,
 * and waiting for each folder above it a twentieth. Only what git would take without a question is
 * read: a repository of this user's own on the same file system, without git's own variables, with refs as files.
 */
export function gitHead(directory: string): string | null | undefined {
  if (variables.some((name) => process.env[name] !== undefined)) return undefined
  const repository = repositoryOf(directory)
  if (repository === undefined || repository === null) return repository
  const head = textOf(join(repository, 'HEAD'))
  if (head === undefined || commitPattern.test(head)) return head
  const [, ref] = /^ref: (refs\/\S+)$/.exec(head) ?? []
  if (ref === undefined || ref.includes('..')) return undefined
  // A loose ref goes before the packed one; what is packed in this moment is written there before it goes here.
  const commit = textOf(join(repository, ref)) ?? packedRef(repository, ref)
  return commit !== undefined && commitPattern.test(commit) ? commit : undefined
}

/** As git looks for one: upwards, and never on another file system. A folder with a HEAD may be a bare one. */
function repositoryOf(directory: string): string | null | undefined {
  const start = factsOf(directory)
  if (start === undefined) return undefined
  for (let at = directory; ; at = dirname(at)) {
    const folder = factsOf(at)
    if (folder?.dev !== start.dev) return folder && null
    const path = join(at, '.git')
    const found = factsOf(path)
    const isOwn = found?.isDirectory() === true && [found, folder].every(({ uid }) => uid === process.getuid?.())
    if (found !== undefined || factsOf(join(at, 'HEAD')) !== undefined) return isOwn ? path : undefined
    if (dirname(at) === at) return null
  }
}

function packedRef(repository: string, ref: string): string | undefined {
  const lines = textOf(join(repository, 'packed-refs'))?.split('\n') ?? []
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0]
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
