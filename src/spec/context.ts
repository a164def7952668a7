import type { Path, Report, TextProblem } from './problem.js'
import type {
  ArchiveShape,
  KeyPairShape,
  SecurityGroupShape,
  ServerShape,
  StackShape,
  SyncRuleShape,
  VolumeShape,
} from './shape/stack-shape.generated.js'
import type { Target } from '../model/stack-spec.js'
import type { Variables } from './variables/variables.js'

/** Entries by name, in file order; undefined where an entry is not even a mapping. */
export type Entries<Shape> = ReadonlyMap<string, Shape | undefined>

/** What every check looks at: a stack file as far as it is well formed, and where to report. */
export interface Context {
  readonly stack: StackShape
  readonly target: Target
  readonly variables: Variables
  readonly keyPairs: Entries<NonNullable<KeyPairShape>>
  readonly securityGroups: Entries<NonNullable<SecurityGroupShape>>
  readonly servers: Entries<ServerShape>
  readonly volumes: Entries<VolumeShape>
  readonly syncs: Entries<SyncRuleShape>
  readonly archives: Entries<ArchiveShape>
  readonly report: Report
}

/** Lays out a checked shape by name; a section or an entry with nothing in it is an empty one. */
export function contextOf(stack: StackShape, target: Target, variables: Variables, report: Report): Context {
  return {
    stack,
    target,
    variables,
    keyPairs: entriesOf(stack.keyPairs),
    securityGroups: entriesOf(stack.securityGroups),
    servers: entriesOf(stack.servers),
    volumes: entriesOf(stack.volumes),
    syncs: entriesOf(stack.sync),
    archives: entriesOf(stack.archives),
    report,
  }
}

function entriesOf<Shape extends object>(
  section: Readonly<Record<string, Shape | null | undefined>> | null | undefined,
): Entries<Shape> {
  const entries = new Map<string, Shape | undefined>()
  const empty: object = {}
  for (const [name, entry] of Object.entries(section ?? {}))
    entries.set(name, entry === null ? (empty as Shape) : entry)
  return entries
}

/** Reports problems of one value, or of one key. */
export function reportAt(context: Context, path: Path, at: 'key' | 'value' = 'value'): (problem: TextProblem) => void {
  return (problem) => context.report({ ...problem, path, at })
}
