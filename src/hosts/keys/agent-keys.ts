import ssh2 from 'ssh2'

/**
 * Chosen: sshd ends a connection at the sixth key that it refuses (MaxAuthTries, sshd_config(5)), and says nothing then that
 * tells it from a server that is gone.
 */
const keysOfOneLogin = 5

/** The public halves that an agent holds, `ssh-ed25519 AAAA…`, in its order; none where it does not answer. */
export function agentPublicKeys(socketPath: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    new ssh2.OpenSSHAgent(socketPath).getIdentities((error, keys) => {
      resolve(error || !keys ? [] : keys.flatMap((key) => publicKeyText(key) ?? []))
    })
  })
}

/** An agent that offers these keys, in this order, and no other. */
export function agentOffering(socketPath: string, publicKeys: readonly string[]): ssh2.BaseAgent {
  return new OfferingAgent(socketPath, publicKeys)
}

/** An agent's keys, so many to a login that sshd looks at each of them. */
export function agentLogins(socketPath: string, publicKeys: readonly string[]): readonly ssh2.BaseAgent[] {
  const logins: ssh2.BaseAgent[] = []
  for (let at = 0; at < publicKeys.length; at += keysOfOneLogin) {
    logins.push(agentOffering(socketPath, publicKeys.slice(at, at + keysOfOneLogin)))
  }
  return logins
}

class OfferingAgent extends ssh2.OpenSSHAgent {
  readonly #wanted: readonly (string | undefined)[]

  constructor(socketPath: string, publicKeys: readonly string[]) {
    super(socketPath)
    this.#wanted = publicKeys.map(materialOf)
  }

  override getIdentities(callback: Parameters<ssh2.OpenSSHAgent['getIdentities']>[0]): void {
    super.getIdentities((error, keys) => {
      if (error || !keys) {
        callback(error)
        return
      }
      const ranked = keys.map((key) => ({ key, rank: this.#wanted.indexOf(materialOf(publicKeyText(key))) }))
      const offered = ranked.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank)
      callback(
        undefined,
        offered.map(({ key }) => key),
      )
    })
  }
}

function materialOf(publicKey: string | undefined): string | undefined {
  return publicKey?.split(/\s+/)[1]
}

/** `ssh-ed25519 AAAA…` of what ssh2 takes a key for; undefined for what is none. */
export function publicKeyText(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null || !('getPublicSSH' in key)) return undefined
  const { type, getPublicSSH } = key as ssh2.ParsedKey
  return `${type} ${getPublicSSH.call(key).toString('base64')}`
}
