import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { SavedSecret } from './plan-file.js'

/**
 * Chosen: it finds a value that is not the one of the plan in all but one of 65,536 cases, and tells nobody more than 16 bits of
 * it. Who can read the plan file can try guesses: with so few bits of a digest, one guess in 65,536 seems right that is not,
 * so that of a password of 40 random bits 16 million are left. A value out of a few thousand is no secret by this or any digest.
 */
const digestBytes = 2

/** RFC 7914: 32 MiB and some 0.1 s for each guess. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** What a plan file says of a value. */
export function savedSecret(variable: string, value: string): SavedSecret {
  const salt = randomBytes(16).toString('hex')
  return { variable, salt, digest: digestOf(salt, value).toString('hex') }
}

/** Whether a value can be the one of which a plan file says this. */
export function isSaved({ salt, digest }: SavedSecret, value: string): boolean {
  const saved = Buffer.from(digest, 'hex')
  return saved.length === digestBytes && timingSafeEqual(saved, digestOf(salt, value))
}

function digestOf(salt: string, value: string): Buffer {
  return scryptSync(value, Buffer.from(salt, 'hex'), digestBytes, cost)
}
