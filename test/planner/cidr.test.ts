import { describe, expect, it } from 'vitest'
import { canonicalCidr, singleAddressCidr } from '../../src/planner/cidr.js'

describe('an address range', () => {
  it.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['2001:DB8:0:0:0:0:0:1/64', '2001:db8::/64'],
    ['2001:db8::1/128', '2001:db8::1/128'],
    ['2001:db8:0:1:0:0:0:1/128', '2001:db8:0:1::1/128'],
    ['::/0', '::/0'],
    ['fe80::1:ffff/113', 'fe80::1:8000/113'],
    ['not an address', 'not an address'],
    ['10.0.0.0/33', '10.0.0.0/33'],
    ['10.0.0.256/8', '10.0.0.256/8'],
  ])('%s is %s to EC2', (written, stored) => {
    expect(canonicalCidr(written)).toBe(stored)
  })

  it('of one address has all its bits', () => {
    expect(singleAddressCidr('203.0.113.7')).toBe('203.0.113.7/32')
    expect(singleAddressCidr('2001:DB8::7')).toBe('2001:db8::7/128')
  })
})
