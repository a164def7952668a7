import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { SpecError, UsageError } from '../../core/errors.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { RevisionPlan } from '../../model/stacks/revision-change.js'
import { compareRevisions, type StackRevision } from '../../planner/revisions/compare-revisions.js'
import { findStackFile, readStackFile, type StackFileOptions } from '../stack-file.js'
import { repositoryOf, type GitTree } from './git-tree.js'

/** How one revision of a stack differs from another. */
export interface RevisionsCompared {
  readonly plan: RevisionPlan
  readonly file: string
  readonly before: ComparedRevision
  readonly after: ComparedRevision
}

export interface ComparedRevision {
  /** As it was asked for; undefined: the working tree. */
  readonly revision: string | undefined
  /** Whether the stack file is there. */
  readonly isThere: boolean
}

/**
 * Reads a stack file as it was in two git revisions, or in one and the working tree, and compares them; sends nothing. Where the
 * file is in one of them alone, everything comes or goes. Throws a SpecError with the mistakes of a revision, named
 * `revision:file`, and a UsageError where there is no such repository, revision or file.
 */
export function diffRevisions(
  before: string,
  after: string | undefined,
  argument: string | undefined,
  options: StackFileOptions,
): RevisionsCompared {
  const file = argument ?? findStackFile(process.cwd())
  const repository = repositoryOf(file)
  const trees = [repository.at(before), after === undefined ? undefined : repository.at(after)] as const
  const [old, young] = trees.map((tree) =>
    tree ? inTree(tree, file, options) : inWorkingTree(file, options, repository),
  )
  if (!old && !young) {
    throw new UsageError(
      'STACK_FILE_MISSING',
      `neither ${before} nor ${after ?? 'the working tree'} has the file ${file}`,
      {
        hint: 'a path begins in the current directory, also where it is that of a revision',
      },
    )
  }
  return {
    plan: compareRevisions(old, young),
    file,
    before: { revision: before, isThere: old !== undefined },
    after: { revision: after, isThere: young !== undefined },
  }
}

/**
 * What the words behind the first revision mean: one that is the name of a YAML file is the stack file, and the second revision is
 * the working tree.
 */
export function revisionAndFile(
  second: string | undefined,
  third: string | undefined,
): { readonly revision: string | undefined; readonly file: string | undefined } {
  const isFile = second !== undefined && third === undefined && /\.ya?ml$/.test(second)
  return isFile ? { revision: undefined, file: second } : { revision: second, file: third }
}

function inTree(tree: GitTree, file: string, options: StackFileOptions): StackRevision | undefined {
  if (!tree.has(file)) return undefined
  try {
    const { spec, directory } = readStackFile(file, options, tree)
    return { spec, contents: contentsOf(spec, directory, tree.contentsOf) }
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    const named = error.diagnostics.map((mistake) =>
      mistake.frame === undefined ? mistake : { ...mistake, file: `${tree.name}:${mistake.file}` },
    )
    throw new SpecError(named, error.total, error.isCut)
  }
}

function inWorkingTree(
  file: string,
  options: StackFileOptions,
  { contentsNow }: ReturnType<typeof repositoryOf>,
): StackRevision | undefined {
  if (!existsSync(file)) return undefined
  const { spec, directory } = readStackFile(file, options)
  return { spec, contents: contentsOf(spec, directory, contentsNow) }
}

/** What the files hold that the stack file names, as far as they lie in the repository. */
function contentsOf(
  { keyPairs, syncs, archives }: StackSpec,
  directory: string,
  ask: (path: string) => string | undefined,
): ReadonlyMap<string, string> {
  const paths = new Set([
    ...keyPairs.flatMap(({ publicKey }) => (publicKey?.kind === 'path' ? [publicKey.path] : [])),
    ...syncs.flatMap(({ from }) => from.flatMap((end) => (end.kind === 'local' ? [end.path] : []))),
    ...archives.map(({ from }) => from),
  ])
  return new Map(
    [...paths].flatMap((path) => {
      const contents = ask(isAbsolute(path) || path.startsWith('~') ? path : join(directory, path))
      return contents === undefined ? [] : [[path, contents] as const]
    }),
  )
}
