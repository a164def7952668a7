import { describe, expect, it } from 'vitest'
import { canonicalCidr } from '../../src/providers/ec2/cidr.js'

describe('canonicalCidr', () => {
  it.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['203.0.113.7/32', '203.0.113.7/32'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['my-ip', 'my-ip'],
    ['10.0.0.0/33', '10.0.0.0/33'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical)
  })

  it.each([
    ['2001:DB8::1/64', '2001:db8:0:0::/64'],
    ['::/0', '0:0:0:0:0:0:0:0/0'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
  ])('sees that %s and %s are one', (left, right) => {
    expect(canonicalCidr(left)).toBe(canonicalCidr(right))
  })

  it('tells networks of IPv6 apart', () => {
    expect(canonicalCidr('2001:db8::/64')).not.toBe(canonicalCidr('2001:db8:1::/64'))
  })
})
