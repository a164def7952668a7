import type { RunOnChange } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

/** Runs the command when a step that it needs changed something, or when an earlier run owes it. */
export async function runOnChange(step: RunOnChange, context: StepContext): Promise<Effect> {
  const changed = step.needs.some((id) => id.startsWith('copy-files:') && context.outcomeOf(id)?.kind === 'done')
  if (!changed && !step.owed) return 'unchanged'
  const access = await accessTo(step.server, context)
  await context.ports.hosts.run(access, context.bindings.render(step.command), context.output)
  return 'done'
}
