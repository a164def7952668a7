import { describe, expect, test } from 'vitest'
import { defaultNetwork, nthAddress, overlap, positionOf } from '../../../../src/sandbox/model/networks/network.js'
import { regions } from '../../../../src/sandbox/model/regions.js'

describe('the default network', () => {
  test('subnets of all regions are disjoint: their hosts share one network', () => {
    const cidrs = regions.flatMap((region) => defaultNetwork(region).subnets.map(({ cidr }) => cidr))
    for (const [index, cidr] of cidrs.entries()) {
      expect(cidrs.slice(index + 1).filter((other) => overlap(cidr, other))).toEqual([])
    }
  })
})

test.each(['10.66.16.0/20', '10.0.3.0/24', '172.31.255.240/28'])(
  'a position of %s and its address go both ways, but for what AWS keeps',
  (cidr) => {
    const last = 2 ** (32 - Number(cidr.split('/')[1])) - 1
    for (const position of [4, 5, last - 1]) expect(positionOf(cidr, nthAddress(cidr, position))).toBe(position)
    for (const position of [0, 3, last]) expect(positionOf(cidr, nthAddress(cidr, position))).toBeUndefined()
    expect(positionOf(cidr, '10.77.0.5')).toBeUndefined()
    expect(positionOf(cidr, '10.66.16.400')).toBeUndefined()
  },
)
