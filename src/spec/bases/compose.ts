import { didYouMean } from '../nearest.js'
import { describeValue, type Problem } from '../problem.js'
import { isMapping } from '../variables/variables.js'
import { mistakeInName } from './named-base.js'
import { merge, type Merged, type Origin, type VainRemoval } from './merge.js'

/** One of the files that a stack is made of. */
export interface StackText {
  /** Its name, as diagnostics tell it; nothing is read from it. */
  readonly file: string
  readonly text: string
}

/** What `extends` of a file names: the base, or why it cannot be one. */
export type GivenBase = {
  /** As it stands in the file. */
  readonly written: string
} & (
  | (StackText & {
      /** The way to its directory from that of the file that was named: relative, with slashes, empty where it is the same. */
      readonly directory: string
    })
  | { readonly mistake: string; readonly hint?: string | undefined }
)

/** What several files say together. */
export interface Composed {
  readonly value: unknown
  readonly origin: Origin
  readonly problems: readonly Problem[]
  /** Whether every base was there. */
  readonly isWhole: boolean
}

/** What a file says of itself alone: no other one inherits it. */
const ownKeys: ReadonlySet<string> = new Set(['evenkeel', 'stack', 'target', 'extends', 'moved'])

/** Chosen: what is told of mistakes at all; each takes a search. */
const slipsMax = 100

/**
 * The value of a file on top of its base, of that on top of its own, and so on: `values` and `bases` begin at the file that was
 * named. The values are left as they are.
 */
export function compose(values: readonly unknown[], bases: readonly GivenBase[]): Composed {
  const [top] = values
  if (!isMapping(top) || !Object.hasOwn(top, 'extends')) {
    return { value: top, origin: { layer: 0 }, problems: [], isWhole: true }
  }
  const { depth, problems } = followed(values, bases)
  const isWhole = problems.length === 0
  const slips: Problem[] = []
  const isDropped = (removal: VainRemoval) => {
    const slip = slips.length < slipsMax ? slipIn(removal) : undefined
    if (slip) slips.push(slip)
    return slip !== undefined || !isSectionOrEntry(removal)
  }
  let merged: Merged = { value: inherited(values[depth]), origin: { layer: depth } }
  for (let layer = depth - 1; layer > 0; layer -= 1) {
    merged = merge(merged, { value: inherited(values[layer]), layer }, isDropped)
  }
  const value = without(top, isExtends)
  merged = depth === 0 ? { value, origin: { layer: 0 } } : merge(merged, { value, layer: 0 }, isDropped)
  return { ...merged, problems: [...problems, ...(isWhole ? slips : [])], isWhole }
}

/** How far down the files are there, and what is wrong with the one after. */
function followed(values: readonly unknown[], bases: readonly GivenBase[]) {
  const problems: Problem[] = []
  for (let depth = 0; ; depth += 1) {
    const value = values[depth]
    if (depth > 0) {
      const mistake = formatMistake(value, depth)
      // What cannot be read is told as what it is.
      if (mistake && value !== undefined) problems.push(mistake)
    }
    if (!isMapping(value) || !Object.hasOwn(value, 'extends')) return { depth, problems }
    const problem = baseProblem(value['extends'], bases[depth])
    if (problem) {
      problems.push({ ...problem, path: ['extends'], at: 'value', layer: depth })
      return { depth, problems }
    }
  }
}

/** A base says by itself in which format it is written. */
function formatMistake(value: unknown, layer: number): Problem | undefined {
  if (isMapping(value) && value['evenkeel'] === 1) return undefined
  const place = { layer, path: isMapping(value) ? ['evenkeel'] : [], at: 'value' } as const
  if (!isMapping(value)) {
    return { code: 'SPEC_INVALID', message: `the base is ${describeValue(value)}, and no mapping`, ...place }
  }
  const message = `evenkeel must be 1, not ${describeValue(value['evenkeel'])}`
  return { code: 'SPEC_INVALID_VALUE', message, ...place }
}

function baseProblem(
  written: unknown,
  given: GivenBase | undefined,
): Pick<Problem, 'code' | 'message' | 'hint'> | undefined {
  if (typeof written !== 'string') {
    const hint = Array.isArray(written) ? 'a file has one base, which may have one of its own' : undefined
    const message = `extends must be the path of a stack file, not ${describeValue(written)}`
    return { code: 'SPEC_WRONG_TYPE', message, hint }
  }
  const mistake = mistakeInName(written)
  if (mistake) return { code: 'SPEC_BAD_BASE', ...mistake }
  if (given?.written !== written) return { code: 'SPEC_BAD_BASE', message: `the base ${written} was not read` }
  return 'mistake' in given ? { code: 'SPEC_BAD_BASE', message: given.mistake, hint: given.hint } : undefined
}

/** An empty one means something, or is a mistake; what stands inside of one is not there, and that is all that null asks for. */
function isSectionOrEntry({ path }: VainRemoval): boolean {
  return path.length < 2 || (path.length === 2 && path[0] !== 'tags')
}

/** Sections whose entries may have nothing in them. */
const sectionsOfEmpty: ReadonlySet<unknown> = new Set(['keyPairs', 'securityGroups', 'variables'])

/** Most nulls for what the base does not have are nothing but empty entries; one with nearly the name of what it has is a slip. */
function slipIn({ layer, path, base }: VainRemoval): Problem | undefined {
  const name = String(path.at(-1))
  const meant = didYouMean(name, Object.keys(base))
  if (meant === undefined) return undefined
  const isEntry = path.length === 2 && sectionsOfEmpty.has(path[0])
  const hint = isEntry ? `${meant} An entry of that name is written \`${name}: {}\`` : meant
  const message = `nothing to remove: the base has no \`${name}\``
  return { code: 'SPEC_NOTHING_REMOVED', message, path, at: 'key', hint, layer }
}

function inherited(value: unknown): unknown {
  return without(value, (key) => ownKeys.has(key))
}

function isExtends(key: string): boolean {
  return key === 'extends'
}

function without(value: unknown, isLeftOut: (key: string) => boolean): Readonly<Record<string, unknown>> {
  if (!isMapping(value)) return {}
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isLeftOut(key)))
}
