import { HostError, ProviderError } from '../../../core/errors.js'
import type { ConnectHost } from '../../../model/steps/step.js'
import { noHostKey, tagKeys } from '../../../model/tags.js'
import type { Effect, HostAccess } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'
import { whileItRuns } from './while-it-runs.js'

/** Chosen: a first boot with packages to install takes minutes, and cloud-init is waited for. */
const readyTimeoutMs = 10 * 60_000
/** Chosen: what ran already when the plan was made needs a restart of sshd, or a door that this apply opens, but no boot. */
const answerAgainMs = 45_000
/** Chosen: a boot takes a minute or two; what is in a network that does not lead here never answers. */
const privateAnswerMs = 180_000

/**
 * Pins the host key when no run has yet: read from the console output, which only the machine itself writes to, and
 * kept in a tag before the first connection. Then waits until the server answers with that key. An interruption ends the
 * waits: nothing has been done.
 */
export async function connectHost(step: ConnectHost, context: StepContext): Promise<Effect> {
  const { bindings, ports, progress } = context
  const { address } = step
  if (bindings.get(address)?.hostKey === undefined) {
    progress(undefined, 'waiting for its host keys on its console, which shows them when user data has run')
    const instanceId = bindings.idOf(address)
    const hostKey = await whileItRuns(instanceId, context, (signal) =>
      hostKeyFor(step, instanceId, { ...context, signal }),
    )
    await ports.cloud.setTags({ id: instanceId, tags: { ...step.tags, [tagKeys.hostKey]: hostKey } })
    bindings.amend(address, { hostKey })
  }
  const access = await accessTo(address, context)
  const answer = answerLimit(step, access)
  progress(
    undefined,
    answer ? `waiting ${answer.answerMs / 1000} s for it: ${answer.because}` : 'waiting for it to answer',
  )
  const limits = {
    timeoutMs: readyTimeoutMs,
    ...(answer && { answerMs: answer.answerMs }),
    onAnswer: () => progress(undefined, 'waiting for its first boot to end'),
  }
  return whileItRuns(access.instanceId, context, (signal) => ports.hosts.waitUntilReady(access, { ...limits, signal }))
}

/** How long it may take to answer, where that is not as long as all the rest. */
function answerLimit(
  { didNotAnswer }: ConnectHost,
  { hostname, privateIp, via }: HostAccess,
): { readonly answerMs: number; readonly because: string } | undefined {
  if (didNotAnswer) return { answerMs: answerAgainMs, because: 'it did not answer before' }
  if (hostname === privateIp && !via) return { answerMs: privateAnswerMs, because: 'it has a private address alone' }
  return undefined
}

/** Reads it from the console. Where that has none to show, this is noted, so that the next run does not wait again. */
async function hostKeyFor(step: ConnectHost, instanceId: string, { ports, signal }: StepContext): Promise<string> {
  const once = step.showsNoHostKey === true
  try {
    return preferredKey(await ports.cloud.readHostKeys({ instanceId, once, signal }), step)
  } catch (error) {
    const isMissing = error instanceof ProviderError && error.code === 'EC2_HOST_KEYS_MISSING'
    if (isMissing && !once) await ports.cloud.setTags({ id: instanceId, tags: { [tagKeys.hostKey]: noHostKey } })
    throw error
  }
}

/** The ed25519 key without its comment: it fits into a tag of 256 characters, as an RSA key does not. */
function preferredKey(lines: readonly string[], { address }: ConnectHost): string {
  const key = lines.find((line) => line.startsWith('ssh-ed25519 ')) ?? lines.find((line) => line.startsWith('ecdsa-'))
  if (key === undefined) {
    throw new HostError('HOST_KEY_UNKNOWN', `the console output of ${address} shows no ed25519 or ECDSA host key`, {
      host: address,
      hint: 'use an image whose cloud-init prints its host keys, as it does by default, or say it: `evenkeel trust SERVER --fingerprint SHA256:…`',
    })
  }
  return key.split(/\s+/).slice(0, 2).join(' ')
}
