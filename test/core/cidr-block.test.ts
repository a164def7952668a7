import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalCidr, cidrMistake, cidrOfAddress, isInBlock } from '../../src/core/cidr-block.js'

describe('an address block', () => {
  it.each([
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['255.255.255.255/31', '255.255.255.254/31'],
    ['1.2.3.4/32', '1.2.3.4/32'],
    ['1.2.3.4/08', '1.0.0.0/8'],
    ['::/0', '::/0'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1/64', '2001:db8::/64'],
    ['2001:db8:0:1:0:0:0:1/128', '2001:db8:0:1::1/128'],
    ['1:0:0:4:5:0:0:8/128', '1::4:5:0:0:8/128'],
    ['1:2:3:4:5:6:7:8/127', '1:2:3:4:5:6:7:8/127'],
    ['1:0:3:4:5:6:7:8/128', '1:0:3:4:5:6:7:8/128'],
    ['fe80::1:ffff/113', 'fe80::1:8000/113'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
  ])('%s is %s to EC2', (written, stored) => {
    expect(canonicalCidr(written)).toBe(stored)
  })

  it.each([
    '',
    '/8',
    'my-ip',
    '1.2.3.4',
    '1.2.3.4/',
    '1.2.3/8',
    '1.2.3.256/8',
    '01.2.3.4/8',
    '0x1.2.3.4/8',
    '1/8',
    '1.2.3.4/33',
    '1.2.3.4/x',
    '1.2.3.4/-1',
    '1.2.3.4/8/8',
    '1.2.3.4 /8',
    '::1',
    '::/129',
    ':/8',
    '1::2::3/8',
    'g::/8',
    '12345::/8',
    '1:2:3:4:5:6:7/8',
    '1:2:3:4:5:6:7:8:9/8',
    '1:2:3:4:5:6:7:8:/8',
    'fe80::1%eth0/64',
    '::ffff:01.2.3.4/128',
    '::ffff:0x1.2.3.4/128',
  ])('%j is none', (text) => {
    expect(canonicalCidr(text)).toBeUndefined()
  })

  it('keeps the leading bits of an address and no others, and stays as it is when asked again', () => {
    const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 })
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(octets, fc.nat(32), (parts, bits) => {
        const kept = bitsOf(parts, 8).slice(0, bits).padEnd(32, '0')
        const network = [0, 8, 16, 24].map((from) => Number.parseInt(kept.slice(from, from + 8), 2)).join('.')
        expect(canonicalCidr(`${parts.join('.')}/${bits}`)).toBe(`${network}/${bits}`)
      }),
    )
    fc.assert(
      fc.property(groups, fc.nat(128), (parts, bits) => {
        const block = canonicalCidr(`${parts.map((part) => part.toString(16)).join(':')}/${bits}`) ?? ''
        const kept = bitsOf(parts, 16).slice(0, bits).padEnd(128, '0')
        // The URL parser writes RFC 5952 too, and is nothing of ours.
        const whole = Array.from({ length: 8 }, (_, index) =>
          Number.parseInt(kept.slice(16 * index, 16 * index + 16), 2).toString(16),
        ).join(':')
        expect(block).toBe(`${new URL(`http://[${whole}]/`).hostname.slice(1, -1)}/${bits}`)
        expect(canonicalCidr(block)).toBe(block)
      }),
    )
  })

  it('of one address has all its bits', () => {
    expect(cidrOfAddress('203.0.113.7')).toBe('203.0.113.7/32')
    expect(cidrOfAddress('2001:DB8::7')).toBe('2001:db8::7/128')
    expect(cidrOfAddress('203.0.113.7/32')).toBeUndefined()
  })

  it.each([
    ['1.2.3.4', { message: '"1.2.3.4" is an address, not an address block', hint: 'write 1.2.3.4/32' }],
    ['::1', { message: '"::1" is an address, not an address block', hint: 'write ::1/128' }],
    ['1.2.3.4/33', { message: 'the length of a block is 0 to 32, not 33' }],
    ['::/x', { message: 'the length of a block is 0 to 128, not x' }],
    ['1.2.3/8', { message: '"1.2.3/8" is no address block' }],
    ['1.2.3.4/8/8', { message: '"1.2.3.4/8/8" is no address block' }],
  ])('%j: what is wrong with it is told', (text, mistake) => {
    expect(cidrMistake(text)).toEqual(mistake)
  })
})

function bitsOf(parts: readonly number[], width: number): string {
  return parts.map((part) => part.toString(2).padStart(width, '0')).join('')
}

describe('a block within another', () => {
  it.each([
    ['10.1.2.3/32', '10.0.0.0/8', true],
    ['10.1.2.3/32', '0.0.0.0/0', true],
    ['10.0.0.0/8', '10.1.2.3/32', false],
    ['11.1.2.3/32', '10.0.0.0/8', false],
    ['2001:db8::1/128', '2001:db8::/32', true],
    ['2001:db8::1/128', '0.0.0.0/0', false],
    ['10.1.2.3', '10.0.0.0/8', false],
  ])('%s in %s: %s', (inner, outer, expected) => {
    expect(isInBlock(inner, outer)).toBe(expected)
  })
})
