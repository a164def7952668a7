import type { LiveStack, ScheduledEvent } from '../../model/live-stack.js'
import type { Problem } from '../../model/plan-problem.js'
import { warningOf } from '../decide/decided.js'

/** What EC2 has scheduled for servers of the stack: it is neither drift nor a change, and people must know it. */
export function scheduledEventProblems({ scheduledEvents = [], servers }: LiveStack): readonly Problem[] {
  return scheduledEvents.flatMap((event) => {
    const server = servers.find(({ id }) => id === event.instanceId)
    if (!server) return []
    const { does, hint } = wordsOf(event)
    const from = event.notBefore === undefined ? '' : `, from ${event.notBefore} on`
    const message = `EC2 ${does} ${server.address} (${server.id})${from}: ${event.description}`
    return [warningOf(server.address, 'PLAN_SCHEDULED_EVENT', message, hint(server.address))]
  })
}

interface Words {
  readonly does: string
  readonly hint: (address: string) => string
}

const moved = (address: string) =>
  `\`evenkeel stop ${address}\` and \`evenkeel start ${address}\` before then move it to another machine; what is on instance store volumes is lost by that`

/** EC2 User Guide, "Actions for scheduled events", by code. */
const words: Readonly<Record<string, Words>> = {
  'instance-reboot': {
    does: 'will reboot',
    hint: (address) => `\`evenkeel reboot ${address}\` before then does it when it suits you`,
  },
  'system-reboot': { does: 'will reboot the machine below', hint: moved },
  'system-maintenance': { does: 'will maintain the machine below', hint: moved },
  'instance-retirement': { does: 'will stop, and retire the machine below,', hint: moved },
  'instance-stop': { does: 'will stop', hint: moved },
}

function wordsOf({ code }: ScheduledEvent): Words {
  return words[code] ?? { does: `has scheduled \`${code}\` for`, hint: () => '`evenkeel status` shows what' }
}
