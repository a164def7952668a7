import type { RunOnChange } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Runs the command when its copy changed something, or when an earlier run owes it. */
export async function runOnChange(step: RunOnChange, context: StepContext): Promise<Effect> {
  if (step.copy !== undefined && context.outcomeOf(step.copy)?.kind !== 'done') return 'unchanged'
  const access = await accessTo(step.server, context)
  const shown = context.bindings.renderShown(step.command)
  await context.ports.hosts.run(access, context.bindings.render(step.command), context.output, { shown })
  return 'done'
}
