import type { InstanceType } from '../../model/instance-types.js'
import { newId } from '../../model/ids.js'
import { spotPriceOf, type SpotRequest } from '../../model/spot-request.js'
import type { Tags } from '../../model/tags.js'
import type { PlannedVolume } from '../../model/volume-types.js'
import { ApiError, invalidCombination, invalidValue, missingParameter } from '../../wire/api-error.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import type { RunInstancesParameters } from '../launch/members.js'

/** A launch of spot instances. */
export type SpotPlan = Pick<SpotRequest, 'maxPrice' | 'type' | 'behavior'>

type Asked = Pick<RunInstancesParameters, 'InstanceMarketOptions' | 'DisableApiTermination' | 'DisableApiStop'>

/** EC2 takes no lower one (EC2 API reference, SpotMarketOptions, MaxPrice). */
const leastPrice = 0.001

/**
 * What a launch's market options ask for; undefined: on demand. Throws EC2's errors (EC2 API reference, SpotMarketOptions; words
 * from third-party logs).
 */
export function planSpot(asked: Asked, type: InstanceType): SpotPlan | undefined {
  const { InstanceMarketOptions: given, DisableApiTermination, DisableApiStop } = asked
  if (given === undefined) return undefined
  const { MarketType, SpotOptions = {} } = given
  if (MarketType === undefined) throw missingParameter('InstanceMarketOptions.MarketType')
  const { SpotInstanceType: requestType = 'one-time', InstanceInterruptionBehavior: behavior = 'terminate' } =
    SpotOptions
  if (requestType === 'one-time' && behavior !== 'terminate') {
    throw invalidCombination(
      `The request with type 'one-time' is not supported when instanceInterruptionBehavior is set to '${behavior}'.`,
    )
  }
  if (requestType === 'persistent' && behavior === 'terminate') {
    throw invalidCombination(
      'The terminate InstanceInterruptionBehavior is not supported when requestType is set to persistent.',
    )
  }
  if (behavior === 'hibernate') throw invalidCombination('Hibernation is not configured for the instance.')
  for (const [name, isAsked] of Object.entries({ DisableApiTermination, DisableApiStop })) {
    if (isAsked) throw invalidCombination(`The parameter ${name} is not supported for spot instances.`)
  }
  return { maxPrice: maxPriceOf(SpotOptions.MaxPrice, type), type: requestType, behavior }
}

function maxPriceOf(asked: string | undefined, type: InstanceType): string {
  const minimum = spotPriceOf(type)
  // EC2 takes the price on demand then, which is some three times as high.
  if (asked === undefined || asked === '') return (minimum * 3).toFixed(6)
  const price = Number(asked)
  if (!/^\d+(?:\.\d+)?$/.test(asked) || price < leastPrice)
    throw invalidValue(`Invalid value '${asked}' for parameter maxPrice.`)
  if (price < minimum) {
    throw new ApiError(
      'SpotMaxPriceTooLow',
      `Your Spot request price of ${asked} is lower than the minimum required Spot request fulfillment price of ${minimum}.`,
    )
  }
  return price.toFixed(6)
}

/** Puts the request that the launch of an instance fulfils. */
export function putSpotRequest(
  world: World,
  instanceId: string,
  spot: SpotPlan,
  launch: {
    readonly volumes: readonly PlannedVolume[]
    readonly tags: { readonly 'spot-instances-request': Tags }
  },
): void {
  const now = world.now()
  const request = world.spotRequests.put({
    id: newId('sir').slice(0, 'sir-'.length + 8),
    sequence: world.nextSequence(),
    instanceId,
    state: 'active',
    status: 'fulfilled',
    statusAtMs: now,
    createdAtMs: now,
    ...spot,
    ...(spot.type === 'persistent' && { volumes: launch.volumes }),
  })
  world.tags.put(request.id, launch.tags['spot-instances-request'])
  noteCreation(world, request.id)
}
