import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { UsageError } from '../../../core/errors.js'

/** What opens the page, and what follows from it. */
export interface PageToken {
  /** Whether somebody has said the token, found out in a time that says nothing. */
  isSaid(text: string | undefined): boolean
  /** What a browser keeps in place of the token, which would open /metrics too. */
  readonly session: string
  isSession(text: string | undefined): boolean
  /** Stands in each form, where other sites do not see it. */
  readonly form: string
  isForm(text: string | undefined): boolean
}

/** Chosen: 128 bits as hexadecimal digits would be 32; words of a person's own have fewer, and are not guessed over a network. */
const lengthMin = 16

/** 256 bits, as they stand in a URL. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Throws a UsageError for a token that is soon guessed, or that no header can say. */
export function pageTokenOf(token: string, fleet: string): PageToken {
  if (!/^[\u0021-\u007E]*$/.test(token) || token.length < lengthMin || token.length > 512) {
    throw new UsageError(
      'USAGE',
      `the page's token has to have ${lengthMin} to 512 letters, digits and signs, and no blank`,
      {
        hint: '`openssl rand -hex 32` makes one; left out, a new one is made with each start',
      },
    )
  }
  const derived = (what: string) =>
    createHmac('sha256', token).update(`evenkeel fleet ${fleet} ${what}`).digest('base64url')
  const session = derived('session')
  const form = derived('form')
  return {
    isSaid: (text) => isSame(text, token),
    session,
    isSession: (text) => isSame(text, session),
    form,
    isForm: (text) => isSame(text, form),
  }
}

/** Both are digested first: texts of two lengths take as long as those of one. */
function isSame(left: string | undefined, right: string): boolean {
  if (left === undefined) return false
  const key = randomBytes(16)
  const digest = (text: string) => createHmac('sha256', key).update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
