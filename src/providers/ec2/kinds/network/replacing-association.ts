import type { Effect } from '../../../../executor/ports.js'
import { isOfClass } from '../../errors/provider-errors.js'
import type { Ec2Api } from '../../wire/api.js'

/** A listing may show the association that was for a few seconds. */
const attemptsMax = 5
const pauseMs = 2_000

/**
 * A replaced association gets another id: that the one which was read is not there any more says that an attempt whose answer
 * was lost has replaced it, or somebody else. `replace` looks again then, and asks only for what is not so yet.
 */
export async function replacingAssociation(api: Ec2Api, replace: () => Promise<Effect>): Promise<Effect> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await replace()
    } catch (error) {
      if (attempt >= attemptsMax || !isOfClass(error, 'absent')) throw error
    }
    await api.pause(pauseMs)
  }
}
