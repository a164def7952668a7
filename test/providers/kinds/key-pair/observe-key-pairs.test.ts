import { describe, expect, it } from 'vitest'
import { publicKeyWithoutComment } from '../../../../src/providers/ec2/kinds/key-pair/observe-key-pairs.js'

describe('facts of key pairs', () => {
  it('drop a key’s comment', () => {
    expect(publicKeyWithoutComment('ssh-ed25519 AAAA me@here\n')).toBe('ssh-ed25519 AAAA')
    expect(publicKeyWithoutComment('')).toBeUndefined()
  })
})
