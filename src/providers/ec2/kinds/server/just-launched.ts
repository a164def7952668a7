import type { Instance } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'

/** As long as a reading vouches for what is done to something (tags/ownership.ts). */
const vouchedMs = 5_000

interface Seen {
  readonly instance: Instance
  readonly at: number
}

const seenBy = new WeakMap<Ec2Api, Map<string, Seen>>()

/** Keeps how an instance stood when it was seen to run: what follows at once needs no reading of its own. */
export function noteLaunched(api: Ec2Api, instance: Instance): void {
  const seen = seenBy.get(api) ?? new Map<string, Seen>()
  seenBy.set(api, seen)
  seen.set(instance.InstanceId ?? '', { instance, at: api.settings.clock.now() })
}

/** The instance as its launch left it a moment ago; undefined where that was longer ago, or it was changed since. */
export function justLaunched(api: Ec2Api, id: string): Instance | undefined {
  const seen = seenBy.get(api)?.get(id)
  const isFresh = seen !== undefined && Math.abs(api.settings.clock.now() - seen.at) < vouchedMs
  if (!isFresh) forgetLaunched(api, id)
  return isFresh ? seen.instance : undefined
}

/** It is not as it was launched any more. */
export function forgetLaunched(api: Ec2Api, id: string): void {
  seenBy.get(api)?.delete(id)
}
