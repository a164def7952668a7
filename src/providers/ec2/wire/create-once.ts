import type { ProviderError } from '../../../core/errors.js'
import { beginWait } from '../../../core/wait-sink.js'
import { isOfClass } from '../errors/provider-errors.js'
import type { Ec2Api } from './api.js'

/** How often, and how far apart, something whose creation got no answer is looked for before another attempt. */
const looksMax = 5
const lookPauseMs = 3_000
/** So long are creations tried whose outcome stays unknown. */
const doubtLimitMs = 10 * 60_000
const queuePauseMs = 10_000

export interface Creation {
  /** The id of what carries this operation's tag (`operationTag`), whoever made it; undefined when nothing is seen. */
  readonly find: () => Promise<string | undefined>
  /** One call that creates it, with the operation's tag in it; resolves with its id. */
  readonly create: () => Promise<string>
  /** Whether a refusal only says that others are before it. */
  readonly isQueued?: (error: unknown) => boolean
  /** So long are others let go first. */
  readonly queueLimitMs?: number
}

/**
 * Makes something for which EC2 takes no ClientToken (EC2 Developer Guide, "Ensuring idempotency"), once: what an earlier attempt made is
 * found by its tag, and no call is repeated before it was looked for. The action's `afterDoubt` must be `look-first`.
 */
export async function createOnce(api: Ec2Api, creation: Creation): Promise<string> {
  const made = await creation.find()
  if (made !== undefined) return made
  const { clock, timeoutScale } = api.settings
  const startedAt = clock.now()
  const tell = beginWait(clock, 'EC2 to take a creation, or to show what it made')
  const isOver = (limitMs: number) => clock.now() - startedAt >= limitMs * timeoutScale
  for (;;) {
    try {
      return await creation.create()
    } catch (error) {
      const isInDoubt = isOfClass(error, 'ambiguous')
      const isQueued = creation.isQueued?.(error) ?? false
      if (!isInDoubt && !isQueued) throw error
      if (isOver(isQueued ? (creation.queueLimitMs ?? 0) : doubtLimitMs)) throw error
      tell((error as ProviderError).awsCode)
      const found = isInDoubt ? await look(api, creation) : undefined
      if (found !== undefined) return found
      if (isQueued) await api.pause(queuePauseMs)
    }
  }
}

/** The tag index may lag behind the creation, so an empty answer is believed after some time only. */
async function look(api: Ec2Api, { find }: Creation): Promise<string | undefined> {
  for (let looks = 1; looks <= looksMax; looks += 1) {
    await api.pause(lookPauseMs)
    const found = await find()
    if (found !== undefined) return found
  }
  return undefined
}
