import type { Redis } from 'ioredis'
import { digestOf, keyOf } from './queue-name.js'

/**
 * Keeps jobs of one stack apart, of whatever kind and wherever they run, so that none waits for EC2's lock in vain. It is a courtesy and
 * no guard: Redis may forget it at any moment. What guards the stack is its lock in EC2.
 */
export interface StackLock {
  /** False: it ran out and is another's by now. */
  renew(): Promise<boolean>
  release(): Promise<void>
}

/** Chosen: three missed renewals and a pause of the machine, and a dead worker's stack goes on within half a minute. */
export const leaseMs = 15_000

/** KEYS: lock. ARGV: holder, lease. Also taken anew where Redis was emptied meanwhile, and where the answer to the first word was lost. */
const holdScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/** Takes the lock of a stack for a holder; undefined: somebody else has it. */
export async function takeStackLock(
  redis: Redis,
  fleet: string,
  stack: string,
  holder: string,
): Promise<StackLock | undefined> {
  const key = keyOf(fleet, 'stack', digestOf(stack))
  const hold = async () => Number(await redis.eval(holdScript, 1, key, holder, leaseMs)) === 1
  if (!(await hold())) return undefined
  return {
    renew: hold,
    release: async () => void (await redis.eval(releaseScript, 1, key, holder)),
  }
}
