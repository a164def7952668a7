import { stateOf, type ReservedInstance } from '../../model/purchases/reserved-instance.js'
import { renderTags } from '../../render/tags.js'
import { ApiError } from '../../wire/api-error.js'
import { compileFilters, type FilterTable } from '../../wire/filter.js'
import { filterList, list, oneOf, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'

const product = 'Linux/UNIX'
const offeringClass = 'standard'
const offeringType = 'No Upfront'

const filters = (world: World): FilterTable<ReservedInstance> => ({
  'availability-zone': ({ zone }) => zone,
  duration: (one) => String(secondsOf(one)),
  end: ({ endsAtMs }) => new Date(endsAtMs).toISOString(),
  'fixed-price': () => '0.0',
  'instance-type': ({ instanceType }) => instanceType,
  'product-description': () => product,
  'reserved-instances-id': ({ id }) => id,
  scope: scopeOf,
  start: ({ startsAtMs }) => new Date(startsAtMs).toISOString(),
  state: (one) => stateOf(one, world.now()),
  'usage-price': () => '0.0',
})

/** It knows no pages (EC2 API reference). */
export const describeReservedInstances = defineAction({
  name: 'DescribeReservedInstances',
  effect: 'reads',
  members: {
    ReservedInstancesId: list(string),
    Filter: filterList,
    OfferingClass: oneOf('standard', 'convertible'),
    OfferingType: string,
  },
  run: (parameters, world) => {
    const { ReservedInstancesId: ids = [], Filter } = parameters
    for (const id of ids) {
      if (world.reservedInstances.get(id)) continue
      throw new ApiError('InvalidReservedInstancesId', `The ReservedInstancesId '${id}' does not exist`)
    }
    const matches = compileFilters(Filter, filters(world), ({ id }) => world.tags.get(id))
    const { OfferingClass: askedClass = offeringClass, OfferingType: askedType = offeringType } = parameters
    const isAsked = askedClass === offeringClass && askedType === offeringType
    const found = world.reservedInstances
      .values()
      .filter((one) => isAsked && (ids.length === 0 || ids.includes(one.id)) && matches(one))
    return { reservedInstancesSet: found.map((one) => render(world, one)) }
  },
})

function render(world: World, one: ReservedInstance) {
  return {
    reservedInstancesId: one.id,
    instanceType: one.instanceType,
    availabilityZone: one.zone,
    start: new Date(one.startsAtMs),
    end: new Date(one.endsAtMs),
    duration: secondsOf(one),
    usagePrice: 0,
    fixedPrice: 0,
    instanceCount: one.count,
    productDescription: product,
    state: stateOf(one, world.now()),
    instanceTenancy: 'default',
    currencyCode: 'USD',
    offeringClass,
    offeringType,
    scope: scopeOf(one),
    recurringCharges: [],
    tagSet: renderTags(world.tags.get(one.id)),
  }
}

function scopeOf({ zone }: ReservedInstance): string {
  return zone === undefined ? 'Region' : 'Availability Zone'
}

function secondsOf({ startsAtMs, endsAtMs }: ReservedInstance): number {
  return Math.round((endsAtMs - startsAtMs) / 1000)
}
