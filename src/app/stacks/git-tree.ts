import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { UsageError } from '../../core/errors.js'
import type { BaseFiles } from '../input/read-bases.js'
import { stackFileBytesMax } from '../input/read-text.js'

/** The files of one git revision, read without touching the working tree. */
export interface GitTree extends BaseFiles {
  /** As it was asked for. */
  readonly name: string
  has(path: string): boolean
  /** What a file or directory was, in a word; undefined where it was not there, or is no part of the repository. */
  contentsOf(path: string): string | undefined
}

/**
 * The repository in which a path lies. Throws a UsageError where there is no git, or it lies in none. Paths are as everywhere:
 * absolute, or from the current directory.
 */
export function repositoryOf(path: string): {
  /** Throws a UsageError where there is no such revision. */
  readonly at: (revision: string) => GitTree
  /** What a file or directory is in the working tree, as `contentsOf` tells it. */
  readonly contentsNow: (path: string) => string | undefined
} {
  const from = nearestDirectory(dirname(resolve(path)))
  const top = git(from, ['rev-parse', '--show-toplevel'])
  if (top.status !== 0) {
    throw new UsageError('GIT_UNUSABLE', `git cannot be asked about ${path}: ${lastLine(top.stderr)}`, {
      hint: 'a revision is one of the git repository in which the stack file lies',
    })
  }
  const root = top.stdout.toString('utf8').replace(/\n$/, '')

  /** As git names it; undefined for what lies outside. */
  function inside(named: string): string | undefined {
    if (named.startsWith('~')) return undefined
    const way = relative(root, realish(resolve(named)))
    return way === '..' || way.startsWith('../') || isAbsolute(way) ? undefined : way
  }
  const objectAt = (commit: string, named: string): string | undefined => {
    const way = inside(named)
    if (way === undefined) return undefined
    const { status, stdout } = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${way}`])
    return status === 0 ? stdout.toString('utf8').trim() : undefined
  }
  const contentsAt = (commit: string, named: string) => {
    const object = objectAt(commit, named)
    return object && `git ${object.slice(0, 12)}`
  }

  return {
    at(revision) {
      const commit = commitOf(root, revision)
      return {
        name: revision,
        has: (named) => objectAt(commit, named) !== undefined,
        realOf: (named) => (objectAt(commit, named) === undefined ? undefined : realish(resolve(named))),
        read: (named) => {
          const object = objectAt(commit, named)
          const read = object === undefined ? undefined : git(root, ['cat-file', 'blob', object])
          if (read?.status === 0) return textOf(revision, named, read.stdout)
          const why = object === undefined ? 'there is no such file in that revision' : 'it is no file in that revision'
          throw unreadable(revision, named, why)
        },
        contentsOf: (named) => contentsAt(commit, named),
      }
    },
    contentsNow(named) {
      const way = inside(named)
      if (way === undefined || !existsSync(resolve(named))) return undefined
      const { status, stdout } = git(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--', way])
      const changed = status === 0 ? stdout.toString('utf8').split('\0').filter(Boolean).length : 0
      const committed = contentsAt('HEAD', named) ?? 'not in git'
      return changed === 0 ? committed : `${committed}, ${changed} changed since`
    },
  }
}

function commitOf(root: string, revision: string): string {
  // An option of git is no revision, and neither is a text of several lines.
  if (!revision.startsWith('-') && !/\p{Cc}/u.test(revision) && revision !== '') {
    const { status, stdout } = git(root, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    ])
    if (status === 0) return stdout.toString('utf8').trim()
  }
  throw new UsageError('REVISION_UNKNOWN', `the git repository ${root} has no revision ${JSON.stringify(revision)}`, {
    hint: 'a commit, a branch or a tag is one; a clone of the last commit alone, as CI makes it, has no others: fetch them first',
  })
}

/** No shell, no pager, no patterns in paths, and nothing is written or waited for. */
function git(cwd: string, args: readonly string[]) {
  const found = spawnSync('git', ['-c', 'core.fsmonitor=false', ...args], {
    cwd,
    env: { ...process.env, GIT_LITERAL_PATHSPECS: '1', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    maxBuffer: stackFileBytesMax + 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { error } = found
  if (error && 'code' in error && error.code === 'ENOENT') {
    throw new UsageError('GIT_UNUSABLE', 'there is no git on this machine', { hint: 'install it, or set PATH' })
  }
  return found
}

function textOf(revision: string, path: string, bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (bytes.length > stackFileBytesMax) throw unreadable(revision, path, 'it is larger than evenkeel reads')
  if (text.includes('\uFFFD') && !bytes.equals(Buffer.from(text))) throw unreadable(revision, path, 'it is not UTF-8')
  return text
}

function unreadable(revision: string, path: string, why: string): UsageError {
  return new UsageError('STACK_FILE_UNREADABLE', `the file ${revision}:${path} cannot be read: ${why}`)
}

/** The directory itself, or what is there of the way to it. */
function nearestDirectory(path: string): string {
  return existsSync(path) ? path : nearestDirectory(dirname(path))
}

/** With links followed as far as there is anything: a revision may have what is not there now. */
function realish(path: string): string {
  if (existsSync(dirname(path))) return join(realpathSync(dirname(path)), basename(path))
  return path === dirname(path) ? path : join(realish(dirname(path)), basename(path))
}

function lastLine(text: Buffer): string {
  return (
    text
      .toString('utf8')
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^fatal: /, '') ?? ''
  )
}
