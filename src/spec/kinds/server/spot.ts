import { priceText, type SpotOptions } from '../../../model/launch/spot.js'
import { reportAt, type Context } from '../../context.js'
import type { Path } from '../../problem.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'

export function spotOf({ maxPrice, interruption = 'terminate' }: NonNullable<ServerShape['spot']>): SpotOptions {
  return { ...(maxPrice !== undefined && { maxPrice }), interruption }
}

/** Whether it is launched by a one-time request, and can never be stopped. */
export function isOneTime({ spot }: Pick<ServerShape, 'spot'>): boolean {
  return spot !== undefined && (spot.interruption ?? 'terminate') === 'terminate'
}

const onlyPersistent = 'write `spot: { interruption: stop }`, whose instances can be stopped, or leave one of them out'
const leaveOne = 'leave one of them out'

/** Reports what EC2 does not do for spot instances (EC2 User Guide, "Stop a Spot Instance"; EC2 API, ModifyInstanceAttribute and Placement). */
export function checkSpot(context: Context, path: Path, entry: ServerShape): void {
  if (!entry.spot) return
  const { protect, stopProtection, state, onUserDataChange, placement } = entry
  const { maxPrice } = entry.spot
  if (maxPrice !== undefined && Number(priceText(maxPrice)) !== maxPrice) {
    const message = `EC2 keeps a price to the millionth of a dollar: ${maxPrice} would never be what it says`
    const hint = `write ${priceText(maxPrice)}`
    reportAt(context, [...path, 'spot', 'maxPrice'])({ code: 'SPEC_INVALID_VALUE', message, hint })
  }
  const conflicts = [
    {
      at: ['protect'],
      isOne: protect === true,
      what: 'EC2 protects no spot instance from termination',
      hint: leaveOne,
    },
    {
      at: ['stopProtection'],
      isOne: stopProtection === true,
      what: 'EC2 protects no spot instance from being stopped',
      hint: leaveOne,
    },
    {
      at: ['placement', 'tenancy'],
      isOne: placement?.tenancy === 'host',
      what: 'there are no spot instances on a Dedicated Host',
      hint: leaveOne,
    },
    {
      at: ['state'],
      isOne: state === 'stopped' && isOneTime(entry),
      what: 'a spot instance with `interruption: terminate` cannot be stopped',
      hint: onlyPersistent,
    },
    {
      at: ['onUserDataChange'],
      isOne: onUserDataChange === 'stop-start' && isOneTime(entry),
      what: 'a spot instance with `interruption: terminate` cannot be stopped',
      hint: onlyPersistent,
    },
  ]
  for (const { at, isOne, what, hint } of conflicts) {
    if (!isOne) continue
    const message = `\`${at.join('.')}\` cannot stand so beside \`spot\`: ${what}`
    reportAt(context, [...path, ...at])({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
}
