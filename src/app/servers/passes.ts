import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.js'
import { HostError, messageOf, ProviderError, type ErrorClass } from '../../core/errors.js'
import { generateOpensshKeyPair } from '../../core/openssh-key.js'
import type { Pass, PassPort } from '../../executor/ports.js'
import type { InstanceConnect } from '../../providers/instance-connect/instance-connect.js'
import { makeRunDirectory } from '../../sync/run-directory.js'

/** Chosen: a key is let in for 60 s, and a login that begins with it has time to end. */
const admittedMs = 45_000

/** What passes by itself: the instance is starting, EC2 is busy, or was not reached. */
const passing: ReadonlySet<ErrorClass> = new Set(['wait-state', 'throttle', 'ambiguous', 'unreachable', 'consistency'])

/** Passes by EC2 Instance Connect, with one key for all servers of a session. It is made at the first, and `close` removes it. */
export function createPasses(
  connect: InstanceConnect,
  clock: Clock,
): PassPort & { readonly close: () => Promise<void> } {
  const passes = new Map<string, Pass>()
  let key: Promise<{ readonly directory: string; readonly path: string; readonly publicKey: string }> | undefined

  async function makeKey() {
    const directory = await makeRunDirectory(tmpdir())
    const path = join(directory, 'pass')
    const { privateKey, publicKey } = generateOpensshKeyPair('evenkeel')
    await writeFile(path, privateKey, { mode: 0o600, flag: 'wx' })
    return { directory, path, publicKey }
  }

  return {
    async passFor(server) {
      const { address, instanceId, user } = server
      const name = JSON.stringify([instanceId, user])
      key ??= makeKey()
      const { path: privateKeyPath, publicKey } = await key
      const known = passes.get(name)
      if (known) return known
      let sent: { readonly atMs: number; readonly answer: Promise<void> } | undefined
      const pass: Pass = {
        privateKeyPath,
        async admit() {
          if (!sent || clock.now() - sent.atMs >= admittedMs) {
            sent = { atMs: clock.now(), answer: connect.sendKey({ instanceId, user, publicKey }) }
          }
          await sent.answer.catch((error: unknown) => {
            sent = undefined
            throw notAdmitted(String(address), error)
          })
        },
      }
      passes.set(name, pass)
      return pass
    },
    async close() {
      connect.close()
      const made = await key?.catch(() => undefined)
      if (made) await rm(made.directory, { recursive: true, force: true })
    },
  }
}

function notAdmitted(host: string, cause: unknown): HostError {
  if (!(cause instanceof ProviderError)) throw cause
  if (passing.has(cause.errorClass)) {
    const message = `EC2 Instance Connect lets nobody into ${host} yet: ${messageOf(cause)}`
    return new HostError('HOST_UNREACHABLE', message, { host, retryable: true, cause, hint: cause.hint })
  }
  const message = `${host} cannot be entered from this machine: its key is neither here nor in an SSH agent, and EC2 Instance Connect lets none in: ${messageOf(cause)}`
  return new HostError('HOST_NOT_ADMITTED', message, {
    host,
    cause,
    hint: 'load the key into an SSH agent (`ssh-add`), name a key pair of your own under keyPairs, or allow the action ec2-instance-connect:SendSSHPublicKey (`evenkeel iam-policy --instance-connect` prints it)',
  })
}
