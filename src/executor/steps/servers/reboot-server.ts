import { Cancelled, HostError } from '../../../core/errors.js'
import type { RebootServer } from '../../../model/steps/step.js'
import type { Effect, HostAccess } from '../../ports.js'
import { accessTo, ownerOf, type StepContext } from '../step-context.js'
import { whileItRuns } from './while-it-runs.js'

/** EC2 reboots hard what has not shut down by itself within some minutes (EC2 User Guide, "Reboot your instance"). */
const rebootLimitMs = 15 * 60_000
/** Chosen: it goes on answering until its sshd is told to end. */
const pauseMs = 1_000
/** Chosen: what is shutting down may take a connection and say nothing. */
const answerMs = 20_000

/** Reboots, and waits until the server answers in another boot. One that is in another boot already has been rebooted. */
export async function rebootServer(step: RebootServer, context: StepContext): Promise<Effect> {
  const { address, instanceId: id, bootId } = step
  const { cloud, hosts } = context.ports
  const access = bootId === undefined ? undefined : await accessTo(address, context)
  if (access && (await hosts.bootId(access)) !== bootId) return 'unchanged'
  await cloud.rebootServer({ id, owner: ownerOf(address, context) })
  hosts.disconnect(id)
  if (access) await whileItRuns(id, context, (signal) => untilRebooted(access, bootId, { ...context, signal }))
  return 'done'
}

async function untilRebooted(
  access: HostAccess,
  before: string | undefined,
  { ports: { hosts }, clock, progress, signal }: StepContext,
): Promise<void> {
  const startedAt = clock.now()
  for (;;) {
    progress(undefined, 'waiting for it to answer again')
    const leftMs = Math.max(answerMs, startedAt + rebootLimitMs - clock.now())
    const limits = { timeoutMs: leftMs, answerMs, ...(signal && { signal }) }
    const bootId = await hosts
      .waitUntilReady(access, limits)
      .then(() => hosts.bootId(access))
      .catch(unlessAway)
    if (bootId !== undefined && bootId !== before) return
    hosts.disconnect(access.instanceId)
    if (clock.now() - startedAt >= rebootLimitMs) throw stillTheSame(access, bootId)
    await clock.sleep(pauseMs, signal).catch(() => {
      throw new Cancelled(`nobody waits any more for the reboot of ${access.address}`)
    })
  }
}

/** What a server says that goes down or comes up: it let us in before, and pam_nologin(8) lets nobody in meanwhile. */
function unlessAway(error: unknown): undefined {
  if (error instanceof HostError && (error.retryable || error.code === 'HOST_AUTHENTICATION_FAILED')) return undefined
  throw error
}

function stillTheSame({ address }: HostAccess, bootId: string | undefined): HostError {
  const what = bootId === undefined ? 'did not answer again' : 'is still in the boot that it was in'
  return new HostError(
    'HOST_TIMED_OUT',
    `${address} ${what} ${rebootLimitMs / 60_000} minutes after its reboot was asked for`,
    {
      host: address,
      hint: '`evenkeel console SERVER` shows what it wrote; `evenkeel stop` and `evenkeel start` bring it to another machine',
    },
  )
}
