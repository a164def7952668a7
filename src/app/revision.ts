import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

/** Names of what CI systems call the commit that they build (GitHub, GitLab). */
const ciVariables = ['GITHUB_SHA', 'CI_COMMIT_SHA'] as const

/** The revision to record: `--revision`, else what the CI says, else the git commit of the stack file's directory. */
export async function findRevision(given: string | undefined, directory: string): Promise<string | undefined> {
  if (given !== undefined) return given
  for (const name of ciVariables) {
    const value = process.env[name]
    if (value !== undefined && value !== '') return value
  }
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', directory, 'rev-parse', 'HEAD'])
    return stdout.trim()
  } catch {
    // No git here, or no repository, or no commit yet: nothing to record.
    return undefined
  }
}

/** A run's id: when it began, in UTC, and six random characters; `20261121T120304Z-1f2e3d`. */
export function newRunId(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `${time}-${randomBytes(3).toString('hex')}`
}
