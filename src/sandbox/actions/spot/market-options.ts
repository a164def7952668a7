import type { InstanceType } from '../../model/instance-types.js'
import { newId } from '../../model/ids.js'
import { spotPriceOf } from '../../model/spot-request.js'
import type { Tags } from '../../model/tags.js'
import { ApiError, invalidCombination, invalidValue, missingParameter } from '../../wire/api-error.js'
import type { Parsed } from '../../wire/shape.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import type { marketOptions } from '../launch/members.js'

/** A launch of spot instances. */
export interface SpotPlan {
  readonly maxPrice: string
}

/**
 * What a launch's market options ask for; undefined: on demand. A one-time request, ended with its instance, is all that
 * there is: no market interrupts it. Throws EC2's errors (EC2 API reference, SpotMarketOptions).
 */
export function planSpot(given: Parsed<typeof marketOptions> | undefined, type: InstanceType): SpotPlan | undefined {
  if (given === undefined) return undefined
  const { MarketType, SpotOptions = {} } = given
  if (MarketType === undefined) throw missingParameter('InstanceMarketOptions.MarketType')
  const { MaxPrice, InstanceInterruptionBehavior: behavior = 'terminate' } = SpotOptions
  if (behavior !== 'terminate') {
    throw invalidCombination(
      `Parameter: InstanceInterruptionBehavior:${behavior} and SpotInstanceType:one-time can not be specified together.`,
    )
  }
  const minimum = spotPriceOf(type)
  if (MaxPrice === undefined || MaxPrice === '') return { maxPrice: minimum.toFixed(6) }
  const price = Number(MaxPrice)
  if (!/^\d+(?:\.\d+)?$/.test(MaxPrice) || price <= 0)
    throw invalidValue(`Invalid value '${MaxPrice}' for parameter maxPrice.`)
  if (price < minimum) {
    throw new ApiError(
      'SpotMaxPriceTooLow',
      `Your Spot request price of ${MaxPrice} is lower than the minimum required Spot request fulfillment price of ${minimum}.`,
    )
  }
  return { maxPrice: price.toFixed(6) }
}

/** Puts the request that the launch of an instance fulfils. */
export function putSpotRequest(world: World, instanceId: string, plan: SpotPlan, tags: Tags): void {
  const now = world.now()
  const request = world.spotRequests.put({
    id: newId('sir').slice(0, 'sir-'.length + 8),
    sequence: world.nextSequence(),
    instanceId,
    state: 'active',
    status: 'fulfilled',
    statusAtMs: now,
    createdAtMs: now,
    ...plan,
  })
  world.tags.put(request.id, tags)
  noteCreation(world, request.id)
}
