import { HostError, type EvenkeelError } from '../../../core/errors.js'
import { parseAddress } from '../../../model/address.js'
import type { CheckHealth } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Chosen: what comes up is seen soon, and a slow command is not run on top of itself. */
const intervalMs = 1000

/** Runs the command until it succeeds. A HostError tells what it said last when the time is over. */
export async function checkHealth(step: CheckHealth, context: StepContext): Promise<Effect> {
  const { clock, ports } = context
  const access = await accessTo(step.server, context)
  const command = context.bindings.render(step.command)
  const shown = context.bindings.renderShown(step.command)
  const until = clock.now() + step.timeoutSeconds * 1000
  let said: string[] = []
  for (;;) {
    said = []
    try {
      // One that hangs is ended when the time is over.
      const timeoutMs = Math.max(intervalMs, until - clock.now())
      await ports.hosts.run(access, command, (line) => said.push(line), { timeoutMs, shown })
      return 'unchanged'
    } catch (error) {
      // The lock's loss, for one, is nothing that another look could change.
      if (!(error instanceof HostError)) throw error
      if (clock.now() + intervalMs > until) throw unhealthy(step, shown, said, error)
    }
    context.progress(undefined, 'waiting for the health command')
    await clock.sleep(intervalMs)
  }
}

/** By what has made a server leave service: its own change, or a copy to it. */
const ofWhom = {
  server: {
    code: 'SERVER_UNHEALTHY',
    hint: 'the members after it were left as they are; put the stack file or the server right and apply again, which asks this one first',
  },
  rule: {
    code: 'SYNC_UNHEALTHY',
    hint: 'the servers after it were left as they are; put the files right and apply again',
  },
} as const

function unhealthy(step: CheckHealth, command: string, said: readonly string[], cause: EvenkeelError): HostError {
  const last = said.at(-1) ?? cause.message
  const { code, hint } = ofWhom[parseAddress(step.address)?.kind === 'server' ? 'server' : 'rule']
  return new HostError(
    code,
    `${step.server} did not become healthy within ${step.timeoutSeconds} s: ${command} (${last})`,
    {
      host: step.server,
      command,
      cause,
      hint,
    },
  )
}
