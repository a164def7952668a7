import { resourceKinds, type ResourceKind } from '../model/kinds/kinds.js'
import type { Target } from '../model/stack-spec.js'
import type { Path, Report, TextProblem } from './problem.js'
import type { Declarations } from './references/declaration.js'
import { sectionsOf, type Entries, type Sections } from './sections.js'
import type { StackShape } from './shape/stack-shape.generated.js'
import type { Variables } from './variables/variables.js'

/** What every check looks at: a stack file as far as it is well formed, and where to report. */
export interface Context extends Sections {
  readonly stack: StackShape
  readonly target: Target
  readonly variables: Variables
  readonly declarations: Declarations
  /** What can be named, by kind. */
  readonly declared: Readonly<Record<ResourceKind, Entries<object>>>
  readonly report: Report
  /** A path of this machine that is written at `path`, from the directory of the file that was named. */
  readonly localPath: (path: Path, written: string) => string
}

export function contextOf(given: Omit<Context, keyof Sections | 'declared'>): Context {
  const sections = sectionsOf(given.stack)
  const declared = resourceKinds.map((kind) => [kind, given.declarations[kind].entries(sections)])
  return { ...given, ...sections, declared: Object.fromEntries(declared) as Context['declared'] }
}

/** Reports problems of one value, or of one key. */
export function reportAt(context: Context, path: Path, at: 'key' | 'value' = 'value'): (problem: TextProblem) => void {
  return (problem) => context.report({ ...problem, path, at })
}
