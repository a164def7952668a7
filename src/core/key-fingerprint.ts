import { createHash } from 'node:crypto'

/** `SHA256:…` as ssh-keygen -l prints it, of a public key without or with its comment. */
export function keyFingerprint(publicKey: string): string {
  const material = publicKey.trim().split(/\s+/)[1] ?? ''
  const digest = createHash('sha256').update(material, 'base64').digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}
