import { describe, expect, test } from 'vitest'
import { canonicalIpv4, canonicalIpv6 } from '../../../src/sandbox/model/ip-ranges.js'

describe('ranges of addresses', () => {
  test.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['10.0.0.0', undefined],
    ['256.0.0.0/8', undefined],
    ['010.0.0.0/8', undefined],
    ['10.0.0.0/33', undefined],
  ])('%s is %s', (text, expected) => expect(canonicalIpv4(text)).toBe(expected))

  test.each([
    ['::/0', '::/0'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['fe80::1/128', 'fe80::1/128'],
    ['1:2:3:4:5:6:7:8/64', '1:2:3:4::/64'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
    ['::1', undefined],
    ['fe80::1%eth0/64', undefined],
    ['::ffff:0x1.2.3.4/128', undefined],
    ['::/129', undefined],
  ])('%s is %s', (text, expected) => expect(canonicalIpv6(text)).toBe(expected))
})
