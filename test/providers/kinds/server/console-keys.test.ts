import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostKeysIn } from '../../../../src/providers/ec2/kinds/server/console-keys.js'

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDjhV0'
const ecdsa = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY='
const rsa = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC+/x=='

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
    expect(hostKeysIn(block([`${rsa} old`]) + block([`${ed25519} new`]))).toEqual([ed25519])
  })

  it('goes back to the block before one that is cut off', () => {
    expect(hostKeysIn(`${block([ed25519])}-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAAB3`)).toEqual([ed25519])
    expect(hostKeysIn('-----BEGIN SSH HOST KEY KEYS-----\nssh-rsa AAAAB3')).toEqual([])
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
