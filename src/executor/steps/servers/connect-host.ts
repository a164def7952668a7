import { HostError } from '../../../core/errors.js'
import type { ConnectHost } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Chosen: a first boot with packages to install takes minutes, and cloud-init is waited for. */
const readyTimeoutMs = 10 * 60_000

/**
 * Pins the host key when no run has yet: read from the console output, which only the machine itself writes to, and
 * kept in a tag before the first connection. Then waits until the server answers with that key.
 */
export async function connectHost(step: ConnectHost, context: StepContext): Promise<Effect> {
  const { bindings, ports, progress } = context
  if (bindings.get(step.address)?.hostKey === undefined) {
    progress(undefined, 'reading its host key from the console output')
    const instanceId = bindings.idOf(step.address)
    const hostKey = preferredKey(await ports.cloud.readHostKeys({ instanceId }), step)
    await ports.cloud.setTags({ id: instanceId, tags: { [tagKeys.hostKey]: hostKey } })
    bindings.amend(step.address, { hostKey })
  }
  progress(undefined, 'waiting for it to answer')
  return ports.hosts.waitUntilReady(await accessTo(step.address, context), { timeoutMs: readyTimeoutMs })
}

/** The ed25519 key without its comment: it fits into a tag of 256 characters, as an RSA key does not. */
function preferredKey(lines: readonly string[], { address }: ConnectHost): string {
  const key = lines.find((line) => line.startsWith('ssh-ed25519 ')) ?? lines.find((line) => line.startsWith('ecdsa-'))
  if (key === undefined) {
    throw new HostError('HOST_KEY_UNKNOWN', `the console output of ${address} shows no ed25519 or ECDSA host key`, {
      host: address,
      hint: 'use an image whose cloud-init prints its host keys, as it does by default',
    })
  }
  return key.split(/\s+/).slice(0, 2).join(' ')
}
