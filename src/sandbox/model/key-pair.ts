import {
  createHash,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError } from '../wire/api-error.js'

const generateKeyPairAsync = promisify(generateKeyPair)

export interface KeyPair {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly type: 'ed25519' | 'rsa'
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
  readonly fingerprint: string
  readonly createdAtMs: number
}

export interface KeyMaterial {
  readonly type: KeyPair['type']
  readonly publicKey: string
  readonly fingerprint: string
}

/**
 * A new key pair in the forms that CreateKeyPair gives: OpenSSH private key and SHA-256 fingerprint for ed25519; PKCS#1
 * and SHA-1 of the DER private key for rsa. Source: EC2 User Guide, "Verify the fingerprint of your key pair".
 */
export async function createKeyMaterial(type: KeyPair['type']): Promise<KeyMaterial & { readonly privateKey: string }> {
  if (type === 'ed25519') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const point = rawEd25519(publicKey)
    const blob = sshBlob('ssh-ed25519', point)
    return {
      type,
      publicKey: `ssh-ed25519 ${blob.toString('base64')}`,
      fingerprint: createHash('sha256').update(blob).digest('base64'),
      privateKey: opensshPrivateKey(point, blob, privateKey),
    }
  }
  // Some tenths of a second of work, off the main thread.
  const { publicKey, privateKey } = await generateKeyPairAsync('rsa', { modulusLength: 2048 })
  return {
    type,
    publicKey: `ssh-rsa ${rsaBlob(publicKey).toString('base64')}`,
    fingerprint: colons(
      createHash('sha1')
        .update(privateKey.export({ type: 'pkcs8', format: 'der' }))
        .digest('hex'),
    ),
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  }
}

/** What ImportKeyPair makes of a public key line. Throws InvalidKey.Format. MD5 of the DER public key for rsa. */
export function importKeyMaterial(text: string): KeyMaterial {
  const [type = '', encoded = ''] = text.trim().split(/\s+/)
  const blob = Buffer.from(encoded, 'base64')
  const fields = readFields(blob)
  if (fields?.[0]?.toString() !== type) throw invalidKey()
  if (type === 'ssh-ed25519' && fields[1]?.length === 32) {
    return {
      type: 'ed25519',
      publicKey: `${type} ${encoded}`,
      fingerprint: createHash('sha256').update(blob).digest('base64'),
    }
  }
  if (type === 'ssh-rsa' && fields[1] && fields[2]) {
    const key = createPublicKey({
      key: { kty: 'RSA', e: fields[1].toString('base64url'), n: stripZero(fields[2]).toString('base64url') },
      format: 'jwk',
    })
    const bits = stripZero(fields[2]).length * 8
    if (bits < 1024 || bits > 4096) throw invalidKey()
    return {
      type: 'rsa',
      publicKey: `${type} ${encoded}`,
      fingerprint: colons(
        createHash('md5')
          .update(key.export({ type: 'spki', format: 'der' }))
          .digest('hex'),
      ),
    }
  }
  throw invalidKey()
}

/** A new host key's public line, for instances that have no host behind them. */
export function createHostKeyLine(hostname: string): string {
  const { publicKey } = generateKeyPairSync('ed25519')
  return `ssh-ed25519 ${sshBlob('ssh-ed25519', rawEd25519(publicKey)).toString('base64')} root@${hostname}`
}

/** `SHA256:…` of a public key line, as ssh-keygen prints it. */
export function fingerprintOfLine(line: string): string {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

function rawEd25519(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

function rsaBlob(key: KeyObject): Buffer {
  const { e = '', n = '' } = key.export({ format: 'jwk' })
  return sshBlob('ssh-rsa', positive(Buffer.from(e, 'base64url')), positive(Buffer.from(n, 'base64url')))
}

/** RFC 4253: length-prefixed fields. */
function sshBlob(...fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

function readFields(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = []
  let offset = 0
  while (offset < blob.length) {
    if (offset + 4 > blob.length) return undefined
    const length = blob.readUInt32BE(offset)
    if (offset + 4 + length > blob.length) return undefined
    fields.push(blob.subarray(offset + 4, offset + 4 + length))
    offset += 4 + length
  }
  return fields
}

/** OpenSSH's own container (PROTOCOL.key), without a passphrase. */
function opensshPrivateKey(point: Buffer, blob: Buffer, key: KeyObject): string {
  const seed = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
  const check = randomBytes(4)
  const secret = Buffer.concat([check, check, sshBlob('ssh-ed25519', point, Buffer.concat([seed, point]), '')])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1))
  const one = Buffer.from([0, 0, 0, 1])
  const container = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshBlob('none', 'none', ''),
    one,
    sshBlob(blob, Buffer.concat([secret, padding])),
  ])
  const lines = container.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

function positive(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
}

function stripZero(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes
}

function colons(hex: string): string {
  return hex.match(/../g)?.join(':') ?? ''
}

function invalidKey(): ApiError {
  return new ApiError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
}
