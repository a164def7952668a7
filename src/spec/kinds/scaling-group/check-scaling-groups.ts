import { reportAt, type Context } from '../../context.js'
import { isUnreadable, type Path } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { ScalingGroupShape } from '../../shape/stack-shape.generated.js'
import { checkZone } from '../check-zone.js'
import { checkSubnetName } from '../network/subnet-names.js'
import { checkUserData } from '../server/check-servers.js'
import { checkImage } from '../server/check-launch-choices.js'

const mistake = 'SPEC_BAD_SCALING_GROUP'

/** Reports what of scaling groups names nothing, and what Auto Scaling would refuse. */
export function checkScalingGroups(context: Context): void {
  for (const [name, entry] of context.scalingGroups) {
    if (!entry) continue
    const path: Path = ['scalingGroups', name]
    checkImage(context, path, entry)
    checkNames(context, path, entry)
    checkUserData(context, path, entry)
    checkPlaces(context, path, entry)
    checkSizes(context, path, entry)
    checkHealth(context, path, entry)
    checkRefresh(context, path, entry)
  }
}

function checkNames(context: Context, path: Path, { keyPair, securityGroups, loadBalancer }: ScalingGroupShape): void {
  if (keyPair !== undefined) findNamed(context, 'keyPair', keyPair, reportAt(context, [...path, 'keyPair']))
  for (const [index, group] of (securityGroups ?? []).entries()) {
    if (group !== undefined) {
      findNamed(context, 'securityGroup', group, reportAt(context, [...path, 'securityGroups', index]))
    }
  }
  if (loadBalancer !== undefined) {
    findNamed(context, 'loadBalancer', loadBalancer, reportAt(context, [...path, 'loadBalancer']))
  }
}

function checkPlaces(context: Context, path: Path, entry: ScalingGroupShape): void {
  const { zones, subnets } = entry
  for (const [index, zone] of (zones ?? []).entries()) checkZone(context, [...path, 'zones', index], zone)
  for (const [index, subnet] of (subnets ?? []).entries()) {
    checkSubnetName(context, [...path, 'subnets', index], subnet)
  }
  checkTwice(context, [...path, 'zones'], zones ?? [])
  checkTwice(context, [...path, 'subnets'], subnets ?? [])
  if (zones !== undefined && subnets !== undefined) {
    const message = '`subnets` cannot stand beside `zones`: a subnet lies in one zone'
    const hint = 'leave one of them out'
    reportAt(context, [...path, 'subnets'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
  if (zones !== undefined || subnets !== undefined || isUnreadable(entry, 'zones') || isUnreadable(entry, 'subnets')) {
    return
  }
  const message = '`zones` is missing: a scaling group has to know where its members live'
  const hint = 'name its `zones`, or `subnets` in place of them'
  reportAt(context, path, 'key')({ code: 'SPEC_MISSING_KEY', message, hint })
}

function checkTwice(context: Context, path: Path, places: readonly unknown[]): void {
  const words = places.map((place) => (typeof place === 'string' ? place : JSON.stringify(place)))
  for (const [index, word] of words.entries()) {
    if (word === undefined || words.indexOf(word) === index) continue
    const message = `${word} stands twice in \`${path.at(-1)}\``
    reportAt(context, [...path, index])({ code: mistake, message, hint: 'leave one of them out' })
  }
}

function checkSizes(context: Context, path: Path, { min, max, desired }: ScalingGroupShape): void {
  if (min !== undefined && max !== undefined && min > max) {
    const message = `\`min\` is ${min}, and \`max\` ${max}`
    reportAt(context, [...path, 'min'])({ code: mistake, message, hint: 'write no more than `max`' })
    return
  }
  const isOutside =
    desired !== undefined && ((min !== undefined && desired < min) || (max !== undefined && desired > max))
  if (!isOutside) return
  const bounds = max === undefined ? `be ${min} at least` : `lie between ${min ?? 0} and ${max}`
  const message = `\`desired\` is ${desired}: it has to ${bounds}`
  const hint = 'write a number between `min` and `max`, or leave it out'
  reportAt(context, [...path, 'desired'])({ code: mistake, message, hint })
}

function checkHealth(context: Context, path: Path, { health, loadBalancer }: ScalingGroupShape): void {
  if (health?.check !== 'load-balancer' || loadBalancer !== undefined) return
  const message = '`check: load-balancer` needs a `loadBalancer` that finds members healthy'
  reportAt(context, [...path, 'health', 'check'])({
    code: mistake,
    message,
    hint: 'name one of loadBalancers, or leave `check` out',
  })
}

/** API reference, RefreshPreferences. */
const spreadMax = 100

function checkRefresh(context: Context, path: Path, { refresh }: ScalingGroupShape): void {
  const { minHealthy = 90, maxHealthy } = refresh ?? {}
  if (maxHealthy === undefined || maxHealthy - minHealthy <= spreadMax) return
  const message = `\`maxHealthy\` is ${maxHealthy - minHealthy} above \`minHealthy\`: Auto Scaling takes ${spreadMax} at most`
  reportAt(context, [...path, 'refresh', 'maxHealthy'])({
    code: mistake,
    message,
    hint: `write ${minHealthy + spreadMax} at most`,
  })
}
