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

/** Chosen: the answer is one line, and the stacks of all others wait for it. */
const askMs = 30_000

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
  const home = homeOf(source, folder)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  if (asLastSeen && commit === undefined) {
    const seen = lastCheckout(source, folder)
    if (seen) return seen
  }
  const wanted = commit ?? (await newestCommit(source, home, signal))
  const root = join(home, wanted)
  if (!existsSync(root)) {
    await fetchInto(source, home, wanted, signal)
    prune(home, wanted)
  }
  if (commit === undefined) {
    writeWhole(lastSeenFile(source, home), wanted, { what: 'the newest commit of a branch', mode: 0o600 })
  }
  return inUse({ root, commit: wanted })
}

/** The newest commit of a branch as this machine last saw it, without asking; undefined where it never has, or has the files no more. */
export function lastCheckout(source: GitSource, folder: string): Checkout | undefined {
  const home = homeOf(source, folder)
  const file = lastSeenFile(source, home)
  const commit = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const root = join(home, commit)
  return isCommit(commit) && existsSync(root) ? inUse({ root, commit }) : undefined
}

/** What is in use is not pruned. */
function inUse(checkout: Checkout): Checkout {
  const now = new Date()
  utimesSync(checkout.root, now, now)
  return checkout
}

function homeOf({ name, url }: GitSource, folder: string): string {
  return join(folder, `${name}-${digestOfText(url, 12)}`)
}

async function newestCommit(source: GitSource, home: string, signal: AbortSignal | undefined): Promise<string> {
  const ref = `refs/heads/${source.branch}`
  const asked = await runGit(['ls-remote', '--refs', '--', source.url, ref], home, { signal, timeoutMs: askMs })
  if (asked.exitCode !== 0) throw failed(source, asked.why)
  const lines = asked.stdout.split('\n').map((line) => line.split('\t'))
  const [commit] = lines.find(([, name]) => name === ref) ?? []
  if (commit === undefined || !isCommit(commit)) throw failed(source, `it has no branch ${source.branch}`)
  return commit
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
  const git = (...args: string[]): Promise<GitResult> => runGit(args, place, { signal })
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
