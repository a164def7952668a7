import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { gitHead } from './git-head.js'

/** Names of what CI systems call the commit that they build (GitHub, GitLab). */
const ciVariables = ['GITHUB_SHA', 'CI_COMMIT_SHA'] as const

/**
 * The revision to record: `--revision`, else what the CI says, else the git commit of the stack file's directory; where its
 * bases lie in other repositories, theirs after it: `4f0c2aa…+91d3b07…`.
 */
export async function findRevision(
  given: string | undefined,
  directories: readonly string[],
): Promise<string | undefined> {
  if (given !== undefined) return given
  for (const name of ciVariables) {
    const value = process.env[name]
    if (value !== undefined && value !== '') return value
  }
  const commits = await Promise.all(directories.map(commitIn))
  const [own] = commits
  // Without a commit of its own the rest would pass for it.
  if (own === undefined) return undefined
  return [...new Set(commits.flatMap((commit) => commit ?? []))].slice(0, commitsMax).join('+')
}

/** The tag that holds it takes 256 characters: four of SHA-256. */
const commitsMax = 3

/** Undefined without git, without a repository, and without a commit. */
async function commitIn(directory: string): Promise<string | undefined> {
  const read = gitHead(resolve(directory))
  if (read !== undefined) return read ?? undefined
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', directory, 'rev-parse', 'HEAD'])
    return stdout.trim()
  } catch {
    return undefined
  }
}

/** A run's id: when it began, in UTC, and six random characters; `20261121T120304Z-1f2e3d`. */
export function newRunId(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}
