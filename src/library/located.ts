import { PlanError } from '../core/errors.js'
import { parseAddress, type Address } from '../model/address.js'
import type { Locate } from '../model/file-location.js'

/** Told under the plan already, each problem with its place. */
const toldBefore: ReadonlySet<string> = new Set(['PLAN_NOT_APPLYABLE', 'PLAN_STALE'])

/** The same error; one of planning, about entries of the stack file, has a line for the place of each. */
export function located(error: unknown, locate: Locate): unknown {
  if (!(error instanceof PlanError) || error.details.length > 0 || toldBefore.has(error.code)) return error
  const details = error.addresses.flatMap((address) => {
    const place = parseAddress(address) ? locate(address as Address) : undefined
    return place ? [`${place.file}:${place.line}:${place.column} ${address}`] : []
  })
  if (details.length === 0) return error
  const { code, message, addresses, hint, cause } = error
  return new PlanError(code, message, addresses, { cause, hint, details })
}
