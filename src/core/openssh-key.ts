import { generateKeyPairSync, randomBytes } from 'node:crypto'

/**
 * A new ed25519 pair: the private half in OpenSSH's own format (PROTOCOL.key in its sources), unencrypted, and the
 * public half as `ssh-ed25519 AAAA…`. Written here because ssh2's generator drops leading zero bytes: three of a thousand
 * of its keys cannot be read.
 */
export function generateOpensshKeyPair(comment: string): { readonly privateKey: string; readonly publicKey: string } {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const publicBytes = Buffer.from(jwk.x ?? '', 'base64url')
  const seed = Buffer.from(jwk.d ?? '', 'base64url')
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(publicBytes)])
  const check = randomBytes(4)
  const secret = Buffer.concat([check, check, publicBlob, field(Buffer.concat([seed, publicBytes])), field(comment)])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  return {
    privateKey: ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'),
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')}`,
  }
}

/** The public half that stands unencrypted in an OpenSSH private key file, `ssh-ed25519 AAAA…`. */
export function publicKeyOf(privateKey: string): string | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(privateKey)?.[1]
  if (body === undefined) return undefined
  const whole = Buffer.from(body, 'base64')
  // Behind the magic: cipher, key derivation and its options, the number of keys, the first public blob.
  let at = 15
  for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + whole.readUInt32BE(at)
  at += 4
  const blob = whole.subarray(at + 4, at + 4 + whole.readUInt32BE(at))
  return `${blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1')} ${blob.toString('base64')}`
}

/** A length and the bytes (RFC 4251, section 5, `string`). */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
