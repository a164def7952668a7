/** The blob's length in bytes by its kind, where that is fixed: kind, curve and point, each behind its length (RFC 8709, RFC 5656). */
const fixedLengths: Readonly<Record<string, number>> = {
  'ssh-ed25519': 51,
  'ecdsa-sha2-nistp256': 104,
  'ecdsa-sha2-nistp384': 136,
  'ecdsa-sha2-nistp521': 172,
}

/**
 * `ssh-ed25519 AAAA… comment` -> `ssh-ed25519 AAAA…`, where it is a whole public key: the base64 is canonical, the blob names
 * the kind that the line names, its fields fill it, and it is as long as keys of its kind are. Undefined for all else.
 */
export function sshPublicKey(line: string): string | undefined {
  const [kind = '', material = ''] = line.trim().split(/\s+/)
  const blob = Buffer.from(material, 'base64')
  if (blob.length === 0 || blob.toString('base64') !== material) return undefined
  const fields = fieldsOf(blob)
  if (fields === undefined || fields.length < 2 || fields[0]?.toString('latin1') !== kind) return undefined
  const length = fixedLengths[kind]
  if (length !== undefined && blob.length !== length) return undefined
  if (kind === 'ssh-ed25519' && fields.length !== 2) return undefined
  if (kind === 'ssh-rsa' && !isRsa(fields)) return undefined
  if (kind.startsWith('ecdsa-sha2-') && !isEcdsa(kind, fields)) return undefined
  return `${kind} ${material}`
}

/** What stands in a blob (RFC 4251, section 5, `string`); undefined where the lengths do not fit. */
function fieldsOf(blob: Buffer): readonly Buffer[] | undefined {
  const fields: Buffer[] = []
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    fields.push(blob.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** RFC 4253, section 6.6: exponent and modulus; sshd takes none of less than 1024 bits. */
function isRsa([, exponent, modulus, ...more]: readonly Buffer[]): boolean {
  return (
    exponent !== undefined && exponent.length > 0 && modulus !== undefined && modulus.length >= 128 && more.length === 0
  )
}

/** RFC 5656, section 3.1: the curve's name and an uncompressed point. */
function isEcdsa(kind: string, [, curve, point, ...more]: readonly Buffer[]): boolean {
  return `ecdsa-sha2-${curve?.toString('latin1')}` === kind && point?.[0] === 4 && more.length === 0
}
