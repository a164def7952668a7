import { sshPublicKey } from '../../../../core/ssh-public-key.js'

const begin = '-----BEGIN SSH HOST KEY KEYS-----'
const end = '-----END SSH HOST KEY KEYS-----'

/**
 * A public key line wherever it stands in a line, behind prefixes like `<14>Jan  1 00:00:00 ec2: `. Behind the key comes
 * nothing, or the one word `user@host` that ssh-keygen writes: what a kernel line has cut in two can have a key's length by
 * chance, and then the other half stands there.
 */
const keyLine = /\b((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+={0,3})(?: +[^\s@]+@\S+)?[^\S\n]*$/gm

/**
 * The host keys that cloud-init printed on a console (`keys_to_console`), without comments, ed25519 first; empty when
 * there is no whole block with a whole key in it. Kernel lines may come in between a key's characters, so each is decoded
 * before it is believed. After a reboot there may be several blocks: the last one with a key counts.
 */
export function hostKeysIn(console: string): readonly string[] {
  const start = console.lastIndexOf(begin)
  if (start < 0) return []
  const stop = console.indexOf(end, start)
  const block = stop < 0 ? '' : console.slice(start + begin.length, stop)
  const keys = [...block.matchAll(keyLine)].flatMap(([, key = '']) => sshPublicKey(key) ?? [])
  // The newest block may have been cut off or garbled; the one before it is as true.
  return keys.length > 0 ? [...new Set(keys)].sort(ed25519First) : hostKeysIn(console.slice(0, start))
}

/** Whether cloud-init's last word of a boot stands there: it prints the host keys before it, or never. */
export function isBootOver(console: string): boolean {
  return /^.*Cloud-init v\. \S+ finished at /m.test(console)
}

function ed25519First(left: string, right: string): number {
  const rank = (key: string) => (key.startsWith('ssh-ed25519 ') ? 0 : 1)
  return rank(left) - rank(right) || (left < right ? -1 : Number(left > right))
}
