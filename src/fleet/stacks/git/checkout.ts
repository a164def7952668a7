import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../../app/saved-plan/write-whole.js'
import { digestOfText } from '../../../core/digest.js'
import { UsageError } from '../../../core/errors.js'
import type { StackSource } from '../../types.js'
import { runGit, type GitResult } from './run-git.js'

type GitSource = Extract<StackSource, { kind: 'git' }>

/** The files of a commit, in a folder that nobody writes to any more. */
export interface Checkout {
  readonly root: string
  readonly commit: string
}

/** Chosen: a plan that waits for its review longer is fetched again. */
const keptMs = 14 * 24 * 60 * 60_000

/** Chosen: what no fetch takes. */
const leftOverMs = 24 * 60 * 60_000

/**
 * The files of a commit of a repository; left out: of the newest of its branch. `folder` is where checkouts lie, one for each commit,
 * made beside and then renamed: processes that want the same one have it, none waits for another, and none sees half of one. Throws a
 * UsageError where the repository cannot be reached or has no such branch or commit. `asLastSeen`: in place of the newest commit the one that was
 * the newest when this machine last asked, without asking again.
 */
export async function checkoutOf(
  source: GitSource,
  folder: string,
  {
    commit,
    asLastSeen = false,
    signal,
  }: {
    readonly commit?: string | undefined
    readonly asLastSeen?: boolean | undefined
    readonly signal?: AbortSignal | undefined
  } = {},
): Promise<Checkout> {
  if (commit !== undefined && !isCommit(commit)) throw failed(source, `${JSON.stringify(commit)} is no commit`)
  const home = join(folder, `${source.name}-${digestOfText(source.url, 12)}`)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const seen = asLastSeen ? commitLastSeen(source, home) : undefined
  const wanted = commit ?? seen ?? (await newestCommit(source, home, signal))
  const root = join(home, wanted)
  if (!existsSync(root)) {
    await fetchInto(source, home, wanted, signal)
    prune(home, wanted)
  }
  const now = new Date()
  utimesSync(root, now, now)
  return { root, commit: wanted }
}

async function newestCommit(source: GitSource, home: string, signal: AbortSignal | undefined): Promise<string> {
  const ref = `refs/heads/${source.branch}`
  const asked = await runGit(['ls-remote', '--refs', '--', source.url, ref], home, signal)
  if (asked.exitCode !== 0) throw failed(source, asked.why)
  const lines = asked.stdout.split('\n').map((line) => line.split('\t'))
  const [commit] = lines.find(([, name]) => name === ref) ?? []
  if (commit === undefined || !isCommit(commit)) throw failed(source, `it has no branch ${source.branch}`)
  writeWhole(lastSeenFile(source, home), commit, { what: 'the newest commit of a branch', mode: 0o600 })
  return commit
}

/** Undefined where this machine has never asked, or has the files no more. */
function commitLastSeen(source: GitSource, home: string): string | undefined {
  const file = lastSeenFile(source, home)
  const commit = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return isCommit(commit) && existsSync(join(home, commit)) ? commit : undefined
}

function lastSeenFile({ branch }: GitSource, home: string): string {
  return join(home, `branch-${digestOfText(branch, 12)}`)
}

async function fetchInto(
  source: GitSource,
  home: string,
  commit: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const place = join(home, `.new-${randomBytes(8).toString('hex')}`)
  mkdirSync(place, { mode: 0o700 })
  const git = (...args: string[]): Promise<GitResult> => runGit(args, place, signal)
  try {
    await must(
      source,
      git('init', '--quiet', '--template=', `--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`),
    )
    // Attributes of the repository name filters, which are programs of this machine's settings: LFS is one.
    mkdirSync(join(place, '.git', 'info'), { recursive: true })
    writeFileSync(
      join(place, '.git', 'info', 'attributes'),
      '* -text -crlf -eol -filter -ident -working-tree-encoding\n',
    )
    const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules']
    const alone = await git(...fetch, '--depth=1', '--', source.url, commit)
    if (alone.exitCode !== 0) {
      // A server may hand out what a branch has alone; a commit that the branch has lost is nowhere.
      await must(source, git(...fetch, '--', source.url, `+refs/heads/${source.branch}:refs/heads/fetched`))
    }
    await must(source, git('checkout', '--quiet', '--detach', commit))
    keepFirst(place, join(home, commit))
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** Where another process was quicker, its checkout of the same commit has the same in it. */
function keepFirst(place: string, root: string): void {
  try {
    renameSync(place, root)
  } catch (error) {
    if (!existsSync(root)) throw error
  }
}

async function must(source: GitSource, running: Promise<GitResult>): Promise<void> {
  const { exitCode, why } = await running
  if (exitCode !== 0) throw failed(source, why)
}

/** Checkouts that nobody has asked for in a long time go, and what killed processes have left. */
function prune(home: string, kept: string): void {
  for (const name of readdirSync(home)) {
    const found = statSync(join(home, name), { throwIfNoEntry: false })
    const ageMs = Date.now() - (found?.mtimeMs ?? Number.POSITIVE_INFINITY)
    if (name === kept || ageMs < (name.startsWith('.new-') ? leftOverMs : keptMs)) continue
    rmSync(join(home, name), { recursive: true, force: true })
  }
}

function isCommit(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

function failed({ name, url, branch }: GitSource, why: string): UsageError {
  return new UsageError('FLEET_SOURCE_FAILED', `the repository ${name} of the fleet cannot be fetched: ${why}`, {
    hint: `\`git ls-remote ${url} ${branch}\` has to answer on this machine, without asking for anything`,
  })
}
