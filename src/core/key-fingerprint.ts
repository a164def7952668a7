import { createHash } from 'node:crypto'
import { remembered } from './remembered.js'

/** `SHA256:…` as ssh-keygen -l prints it, of a public key without or with its comment. All servers of a stack have a few keys between them. */
export const keyFingerprint = remembered((publicKey: string): string => {
  const material = publicKey.trim().split(/\s+/)[1] ?? ''
  const digest = createHash('sha256').update(material, 'base64').digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
})
