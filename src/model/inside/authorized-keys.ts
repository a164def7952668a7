import { keyFingerprint } from '../../core/key-fingerprint.js'

/** A line of a login user's authorized_keys without options: whoever has the key may log in and do anything. */
export interface AuthorizedKey {
  /** `ssh-ed25519 AAAA…`. */
  readonly key: string
  /** The stack that put it there; absent: cloud-init at the launch, or somebody else. */
  readonly stack?: string
}

/** The comment of a key that evenkeel puts on a server: by it the key is found when it is to go. `name` is that of the key pair. */
export function authorizedKeyComment(stack: string, name: string): string {
  return `evenkeel:${stack}/${name}`
}

/** What a file says, in its order; lines with options are left out, and so is what is no key. */
export function parseAuthorizedKeys(text: string): readonly AuthorizedKey[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? [])
}

function parseLine(line: string): AuthorizedKey | undefined {
  const [kind = '', material = '', ...comment] = line.trim().split(/[ \t]+/)
  if (!keyKind.test(kind) || !material.startsWith('AAAA')) return undefined
  const own = comment.at(-1)?.match(ownComment)?.[1]
  return { key: `${kind} ${material}`, ...(own !== undefined && { stack: own }) }
}

const keyKind = /^(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+$/
const ownComment = /^evenkeel:([a-z0-9-]+)\/[a-z0-9-]+$/

/** Which keys are a stack's to take away: by what it is known. */
export interface OwnKeys {
  readonly stack: string
  /** The key that stays. */
  readonly wanted: string
  /** Fingerprints of what it put there without a mark, at the launch. */
  readonly former: readonly string[]
}

/** Whether a key is to go once the wanted one opens the server: the stack put it there. What another one has marked is that one's. */
export function isStale({ key, stack }: AuthorizedKey, own: OwnKeys): boolean {
  if (key === own.wanted) return false
  return stack === undefined ? own.former.includes(keyFingerprint(key)) : stack === own.stack
}

/** The lines of a file that are to go, as they stand there. */
export function staleLines(text: string, own: OwnKeys): readonly string[] {
  return text.split('\n').filter((line) => {
    const found = parseLine(line)
    return found !== undefined && isStale(found, own)
  })
}
