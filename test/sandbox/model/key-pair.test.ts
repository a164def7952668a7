import { createPrivateKey, createPublicKey } from 'node:crypto'
import { utils } from 'ssh2'
import { describe, expect, test } from 'vitest'
import { createKeyMaterial, importKeyMaterial } from '../../../src/sandbox/model/key-pair.js'

describe('keys', () => {
  test('an ed25519 pair is read by an SSH client and is imported as itself', async () => {
    const made = await createKeyMaterial('ed25519')
    const parsed = utils.parseKey(made.privateKey)
    if (parsed instanceof Error) throw parsed
    expect(`ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`).toBe(made.publicKey)
    expect(importKeyMaterial(`${made.publicKey} me@here\n`)).toEqual({
      type: 'ed25519',
      publicKey: made.publicKey,
      fingerprint: made.fingerprint,
    })
  })

  test('an rsa pair is PKCS#1, and belongs together', async () => {
    const made = await createKeyMaterial('rsa')
    const der = createPublicKey(createPrivateKey(made.privateKey)).export({ type: 'spki', format: 'der' })
    const imported = importKeyMaterial(made.publicKey)
    expect(imported.fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
    expect(der.length).toBeGreaterThan(250)
  })
})
