import { hasAwsCode, isOfClass } from '../../errors/provider-errors.js'
import type { Vouched } from '../../tags/ownership.js'
import type { Ec2Api } from '../../wire/api.js'
import { createGathering } from '../../wire/gather.js'
import { gatherMs } from '../../wire/shared-reads.js'

interface Ending extends Pick<Vouched<unknown>, 'confirm'> {
  readonly id: string
}

/**
 * Stops or terminates what is to be at the same moment with one call. One bad id, or one that is protected, refuses a call
 * for all (EC2 API, TerminateInstances): each is then asked for alone, so that only that one fails.
 */
export function togetherWith(
  api: Ec2Api,
  action: 'StopInstances' | 'TerminateInstances',
): (key: string, ending: Ending) => Promise<void> {
  const { clock, pollScale } = api.settings
  const end = async (endings: readonly Ending[]): Promise<void> => {
    const confirm = () => Promise.all(endings.map((ending) => ending.confirm()))
    await api.call(action, { InstanceIds: endings.map(({ id }) => id) }, { seen: true, confirm })
  }
  return createGathering({
    clock,
    windowMs: gatherMs * pollScale,
    perform: (endings) => {
      const all = end(endings)
      return endings.map((ending) =>
        all.catch((error: unknown) => {
          if (endings.length === 1 || !isRefusal(error)) throw error
          return end([ending])
        }),
      )
    },
  })
}

/** EC2 answered, and did nothing. A policy may allow some of the instances and not others. */
function isRefusal(error: unknown): boolean {
  if (hasAwsCode(error, 'UnauthorizedOperation')) return true
  return isOfClass(error, 'absent', 'bad-request', 'conflict', 'permission', 'wait-state')
}
