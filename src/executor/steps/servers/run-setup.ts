import type { RunSetup } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Runs the commands in order; the first that fails ends it. */
export async function runSetup(step: RunSetup, context: StepContext): Promise<Effect> {
  const access = await accessTo(step.address, context)
  // A text that cannot be made is found before the first command runs.
  const commands = step.commands.map((command) => ({
    text: context.bindings.render(command),
    shown: context.bindings.renderShown(command),
  }))
  for (const [index, { text, shown }] of commands.entries()) {
    context.progress(index / commands.length, `${index + 1} of ${commands.length}: ${firstLine(shown)}`)
    await context.ports.hosts.run(access, text, context.output, { shown })
  }
  return 'done'
}

function firstLine(command: string): string {
  return command.trim().split('\n')[0] ?? ''
}
