import { required } from '../core/assert.js'
import type { ResourceKind } from '../model/kinds/kinds.js'
import { specListsOf, type StackSpec } from '../model/stack-spec.js'
import type { Context } from './context.js'
import { specKinds } from './kinds/kinds.js'
import { movesOf } from './moves/written-moves.js'
import { outputsOf } from './outputs/outputs.js'
import type { SpecsOf, SpecsOfKind } from './kinds/spec-kind.js'

/** The specification that a stack file without a mistake says; nothing is reported any more. Deeply frozen. */
export function buildSpec(context: Context): StackSpec {
  const specsOf = specsOnDemand(context)
  const outputs = outputsOf(context)
  const moves = movesOf(context)
  return deepFreeze({
    stack: required(context.stack.stack, 'the stack name'),
    target: context.target,
    ...specListsOf(specsOf),
    ...(moves.length > 0 && { moves }),
    ...(outputs.length > 0 && { outputs }),
  })
}

/** Each kind is built once, when it is first asked for: what is generated depends on what others name. */
function specsOnDemand(context: Context): SpecsOf {
  const built = new Map<ResourceKind, readonly unknown[]>()
  return specsOf

  function specsOf<Kind extends ResourceKind>(kind: Kind): SpecsOfKind<Kind> {
    const specs = built.get(kind) ?? specKinds[kind].specs(context, specsOf)
    built.set(kind, specs)
    return specs as SpecsOfKind<Kind>
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  // No list of what is in each: there are tens of thousands.
  for (const key in value) deepFreeze(value[key])
  return value
}
