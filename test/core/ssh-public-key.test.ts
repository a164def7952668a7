import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyFingerprint } from '../../src/core/key-fingerprint.js'
import { sshPublicKey } from '../../src/core/ssh-public-key.js'
import { fingerprints, sshKeys } from '../support/ssh-keys.js'

const kinds = Object.keys(sshKeys) as readonly (keyof typeof sshKeys)[]

describe('sshPublicKey', () => {
  it.each(kinds)('takes a whole key of kind %s, and drops its comment', (kind) => {
    expect(sshPublicKey(sshKeys[kind])).toBe(sshKeys[kind])
    expect(sshPublicKey(`  ${sshKeys[kind]} root@ip-10-0-0-1\r\n`)).toBe(sshKeys[kind])
  })

  it.each(kinds)('refuses a key of kind %s that lacks characters, has some too many, or names another kind', (kind) => {
    const [name = '', material = ''] = sshKeys[kind].split(' ')
    fc.assert(
      fc.property(fc.nat(material.length - 1), fc.integer({ min: 1, max: 40 }), (at, count) => {
        expect(sshPublicKey(`${name} ${material.slice(0, at)}${material.slice(at + count)}`)).toBeUndefined()
        expect(
          sshPublicKey(`${name} ${material.slice(0, at)}${'A'.repeat(count)}${material.slice(at)}`),
        ).toBeUndefined()
      }),
    )
    expect(sshPublicKey(`ssh-dss ${material}`)).toBeUndefined()
  })

  it('refuses what is no key at all', () => {
    for (const text of ['', 'ssh-ed25519', 'ssh-ed25519 AAAA', 'ssh-ed25519 !!!!', sshKeys.ed25519.slice(12)]) {
      expect(sshPublicKey(text)).toBeUndefined()
    }
    fc.assert(fc.property(fc.string(), (text) => sshPublicKey(`ssh-rsa ${text}`) === undefined))
  })
})

it('prints fingerprints as ssh-keygen does', () => {
  for (const kind of kinds) expect(keyFingerprint(`${sshKeys[kind]} comment`)).toBe(fingerprints[kind])
})
