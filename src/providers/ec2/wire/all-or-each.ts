import { hasAwsCode, isOfClass } from '../errors/provider-errors.js'

/**
 * Does something for all with one call, for `createGathering`. One bad id, one that is protected, one that a policy leaves out
 * refuses a call for all: each is then asked for alone, so that only that one fails.
 */
export function allOrEach<Item>(items: readonly Item[], call: (some: readonly Item[]) => Promise<void>) {
  const all = call(items)
  return items.map((item) =>
    all.catch((error: unknown) => {
      if (items.length === 1 || !isRefusal(error)) throw error
      return call([item])
    }),
  )
}

/** EC2 answered, and did nothing. */
function isRefusal(error: unknown): boolean {
  if (hasAwsCode(error, 'UnauthorizedOperation')) return true
  return isOfClass(error, 'absent', 'bad-request', 'conflict', 'permission', 'wait-state', 'quota')
}
