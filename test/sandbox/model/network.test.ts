import { describe, expect, test } from 'vitest'
import { defaultNetwork, nthAddress, positionOf } from '../../../src/sandbox/model/network.js'
import { regions } from '../../../src/sandbox/model/regions.js'

describe('the default network', () => {
  test('subnets of all regions are disjoint: their hosts share one network', () => {
    const octets = regions.flatMap((region) => defaultNetwork(region).subnets.map(({ octet }) => octet))
    expect(new Set(octets).size).toBe(octets.length)
    for (const octet of octets) expect(octet % 16).toBe(0)
  })

  test('a position and its address go both ways, but for what AWS keeps', () => {
    const subnet = defaultNetwork(regions[0]!).subnets[1]!
    for (const position of [4, 255, 256, 4094]) expect(positionOf(subnet, nthAddress(subnet, position))).toBe(position)
    for (const position of [0, 3, 4095]) expect(positionOf(subnet, nthAddress(subnet, position))).toBeUndefined()
    expect(positionOf(subnet, '10.66.0.5')).toBeUndefined()
  })
})
