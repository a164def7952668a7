import type { Vouched } from '../../tags/ownership.js'
import { allOrEach } from '../../wire/all-or-each.js'
import type { Ec2Api } from '../../wire/api.js'
import { createGathering } from '../../wire/gather.js'
import { gatherMs } from '../../wire/shared-reads.js'

interface Ending extends Pick<Vouched<unknown>, 'confirm'> {
  readonly id: string
}

/** Stops or terminates what is to be at the same moment with one call. */
export function togetherWith(
  api: Ec2Api,
  action: 'StopInstances' | 'TerminateInstances',
): (key: string, ending: Ending) => Promise<void> {
  const { clock, pollScale } = api.settings
  const end = async (endings: readonly Ending[]): Promise<void> => {
    const confirm = () => Promise.all(endings.map((ending) => ending.confirm()))
    // Of several, one that EC2 does not know keeps no other waiting: asked for alone, it gets the patience that lag wants.
    const patience = endings.length === 1 ? { seen: true } : { isAbsenceBelieved: true }
    await api.call(action, { InstanceIds: endings.map(({ id }) => id) }, { ...patience, confirm })
  }
  return createGathering({
    clock,
    windowMs: gatherMs * pollScale,
    perform: (endings) => allOrEach(endings, end),
  })
}
