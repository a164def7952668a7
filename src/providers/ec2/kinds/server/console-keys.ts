const begin = '-----BEGIN SSH HOST KEY KEYS-----'
const end = '-----END SSH HOST KEY KEYS-----'

/** A public key line wherever it stands in a line, behind prefixes like `<14>Jan  1 00:00:00 ec2: `. */
const keyLine = /\b((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+) (AAAA[A-Za-z0-9+/]+={0,3})/g

/**
 * The host keys that cloud-init printed on a console (`keys_to_console`), without comments, ed25519 first; empty when
 * the last block is not there or not complete. After a reboot there may be several blocks: the last one counts.
 */
export function hostKeysIn(console: string): readonly string[] {
  const start = console.lastIndexOf(begin)
  const stop = console.indexOf(end, start)
  if (start < 0 || stop < 0) return earlierBlock(console, start)
  const block = console.slice(start + begin.length, stop)
  const keys = [...block.matchAll(keyLine)].map(([, type = '', material = '']) => `${type} ${material}`)
  return [...new Set(keys)].sort(ed25519First)
}

/** The output may have been cut off in the middle of the newest block; the one before it is as true. */
function earlierBlock(console: string, start: number): readonly string[] {
  return start <= 0 ? [] : hostKeysIn(console.slice(0, start))
}

function ed25519First(left: string, right: string): number {
  const rank = (key: string) => (key.startsWith('ssh-ed25519 ') ? 0 : 1)
  return rank(left) - rank(right) || (left < right ? -1 : Number(left > right))
}
