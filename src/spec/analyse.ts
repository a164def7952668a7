import { buildSpec } from './build.js'
import { checkStack } from './checks/check-stack.js'
import { kinds, resourceKinds } from '../model/kinds/kinds.js'
import { contextOf } from './context.js'
import type { Context } from './context.js'
import type { Problem, Report } from './problem.js'
import { problemList } from './problem-list.js'
import { checkShape } from './shape/check-shape.js'
import type { StackSpec } from '../model/stack-spec.js'
import { specKinds } from './kinds/kinds.js'
import { hasRoomForVariables } from './variables/check-lengths.js'
import { substitute, type Templates } from './variables/substitute.js'
import { targetOf } from './written-target.js'
import type { VariableInput } from './variables/given.js'
import { isMapping, resolveVariables, type ResolvedVariables } from './variables/variables.js'

export interface AnalysisInput extends VariableInput, Pick<Context, 'localPath'> {
  /** Whether there can be a `${` anywhere. */
  readonly mayInterpolate: boolean
  readonly target?: string | undefined
}

/** What a stack file without a mistake says. */
export interface Said {
  readonly spec: StackSpec
  readonly variables: ResolvedVariables
}

/**
 * What a stack file without a mistake says; undefined at the first mistake. The value is changed, as analyse does.
 */
export function saidWithoutMistakes(value: unknown, input: AnalysisInput): Said | undefined {
  try {
    const checked = check(value, input, () => throwStop())
    return checked && said(checked)
  } catch (error) {
    if (error === stop) return undefined
    throw error
  }
}

const stop = new Error('a mistake was found')

function throwStop(): never {
  throw stop
}

/**
 * Everything that is wrong with the value of a stack file, or else its specification. The value is changed: variables are
 * replaced, and what is not well formed is taken out, so that the rest can be checked all the same.
 */
export function analyse(value: unknown, input: AnalysisInput): Analysis {
  const { problems, untold, report, within } = problemList()
  const checked = within(() => check(value, input, report))
  return {
    said: checked && problems.length === 0 ? said(checked) : undefined,
    problems,
    untold: untold(),
    isCut: checked === undefined,
  }
}

export interface Analysis {
  readonly said: Said | undefined
  readonly problems: readonly Problem[]
  /** How many more there are: see `problemList`. */
  readonly untold: number
  /** Whether there may be others that nobody looked for. */
  readonly isCut: boolean
}

interface Checked {
  readonly context: Context
  readonly variables: ResolvedVariables
}

function said({ context, variables }: Checked): Said {
  return { spec: buildSpec(context), variables }
}

/** Undefined where it cannot be looked at any further, which was reported. */
function check(value: unknown, input: AnalysisInput, report: Report): Checked | undefined {
  const variables = resolveVariables(isMapping(value) ? value['variables'] : undefined, input, report)
  if (input.mayInterpolate) {
    if (!hasRoomForVariables(value, variables.values, report)) return undefined
    substitute(value, templates, variables.values, report)
  }
  const stack = checkShape(value, report)
  if (!stack) return undefined
  const target = targetOf(stack.target, input.target, report)
  const { localPath } = input
  const context = contextOf({ stack, target, variables: variables.values, declarations: specKinds, report, localPath })
  checkStack(context)
  return { context, variables }
}

const templates: Templates = {
  ...Object.fromEntries(
    resourceKinds.flatMap((kind) =>
      'section' in kinds[kind] ? [[kinds[kind].section, specKinds[kind].templates]] : [],
    ),
  ),
  outputs: 'all',
}
