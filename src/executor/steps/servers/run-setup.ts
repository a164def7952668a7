import type { RunSetup } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Runs the commands in order; the first that fails ends it. */
export async function runSetup(step: RunSetup, context: StepContext): Promise<Effect> {
  const access = await accessTo(step.address, context)
  const commands = step.commands.map((command) => context.bindings.render(command))
  for (const [index, command] of commands.entries()) {
    context.progress(index / commands.length, `${index + 1} of ${commands.length}: ${firstLine(command)}`)
    await context.ports.hosts.run(access, command, context.output)
  }
  return 'done'
}

function firstLine(command: string): string {
  return command.trim().split('\n')[0] ?? ''
}
