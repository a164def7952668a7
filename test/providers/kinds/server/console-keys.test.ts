import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostKeysIn, isBootOver } from '../../../../src/providers/ec2/kinds/server/console-keys.js'
import { sshKeys } from '../../../support/ssh-keys.js'

const { ed25519, ecdsa256: ecdsa, rsa } = sshKeys

function block(lines: readonly string[], newline = '\n'): string {
  return ['-----BEGIN SSH HOST KEY KEYS-----', ...lines, '-----END SSH HOST KEY KEYS-----', ''].join(newline)
}

describe('hostKeysIn', () => {
  it('reads the keys without comments, ed25519 first', () => {
    expect(
      hostKeysIn(`booting\n${block([`${ecdsa} root@ip-10-0-0-1`, `${rsa} root@x`, `${ed25519} root@x`])}login:`),
    ).toEqual([ed25519, ecdsa, rsa])
  })

  it('takes the line ends of a serial console', () => {
    expect(hostKeysIn(block([`${ed25519} root@x`], '\r\n'))).toEqual([ed25519])
  })

  it('takes lines with a syslog prefix', () => {
    const text = block([`<14>Nov 21 01:00:00 cloud-init: ${ed25519} root@x`, `[   12.3] ec2: ${ecdsa}`])
    expect(hostKeysIn(text)).toEqual([ed25519, ecdsa])
  })

  it('does not take fingerprints for keys', () => {
    const fingerprints =
      '-----BEGIN SSH HOST KEY FINGERPRINTS-----\n256 SHA256:abc root@x (ED25519)\n-----END SSH HOST KEY FINGERPRINTS-----\n'
    expect(hostKeysIn(fingerprints)).toEqual([])
  })

  it('believes the last boot', () => {
    expect(hostKeysIn(block([`${rsa} root@old`]) + block([`${ed25519} root@new`]))).toEqual([ed25519])
  })

  it('goes back to the block before one that is cut off', () => {
    expect(hostKeysIn(`${block([ed25519])}-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAAB3`)).toEqual([ed25519])
    expect(hostKeysIn('-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAAB3')).toEqual([])
  })

  it('never takes a key for whole that a kernel line came into', () => {
    const kernel = fc.constantFrom('[   14.260318] audit: type=1400\r\n', 'AAAA', '\r\n', 'x', 'Started Daemon', '\0')
    fc.assert(
      fc.property(fc.nat(ed25519.length), kernel, (at, line) => {
        const garbled = block([`${ed25519.slice(0, at)}${line}${ed25519.slice(at)} root@x`, ecdsa])
        expect([[ecdsa], [ed25519, ecdsa]]).toContainEqual(hostKeysIn(garbled))
      }),
    )
    // Cut where what came in makes up the length of a key.
    for (const tail of ['', ' root@x']) {
      const cut = `${ed25519.slice(0, 73)}Started Daemon${ed25519.slice(73)}${tail}`
      expect(hostKeysIn(block([cut, ecdsa]))).toEqual([ecdsa])
    }
    expect(hostKeysIn(block([`${ed25519.slice(0, 40)}[   14.2] audit${ed25519.slice(40)}`]))).toEqual([])
  })

  it('goes back to the block before one that is garbled', () => {
    expect(hostKeysIn(block([ed25519]) + block([ed25519.slice(0, 50)]))).toEqual([ed25519])
  })

  it('finds nothing in an empty console', () => {
    expect(hostKeysIn('')).toEqual([])
  })

  it('never throws, and gives key lines alone', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN SSH HOST KEY KEYS-----',
      '-----END SSH HOST KEY KEYS-----',
      ed25519,
      rsa,
      '\r\n',
      '\n',
      ' ',
      '<14>',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        for (const key of hostKeysIn(parts.join(''))) expect(key).toMatch(/^[a-z0-9@.-]+ AAAA\S*$/)
      }),
    )
  })
})

it('knows when a boot is over', () => {
  expect(
    isBootOver('[   52.1] cloud-init[812]: Cloud-init v. 22.4.2 finished at Sat, 21 Nov 2026 01:00:00 +0000.'),
  ).toBe(true)
  expect(isBootOver("Cloud-init v. 22.4.2 running 'modules:final' at Sat, 21 Nov 2026 01:00:00 +0000.")).toBe(false)
})
