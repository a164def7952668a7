import { EvenkeelError } from '../../core/errors.js'
import type { RemoveTemporary } from '../../model/steps/step.js'
import type { Effect, Owned } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

/**
 * Ends the servers, then deletes the volumes, which are free by then. What was made is looked for by its tags too: a
 * launch whose step failed has made something that no binding knows of.
 */
export async function removeTemporary(step: RemoveTemporary, context: StepContext): Promise<Effect> {
  const { stack, bindings, ports } = context
  const { cloud, hosts } = ports
  const { temporaries = [] } = await cloud.observe({
    stack,
    images: [],
    subnets: [],
    volumeIds: [],
    snapshotIds: [],
    operatorIp: false,
  })
  const tagged = (kind: 'server' | 'volume') =>
    temporaries.filter((found) => found.kind === kind && found.address === step.address).map(({ id }) => id)
  const made = (id: string | undefined) => (id === undefined ? [] : [id])
  const owner = ownerOf(step.address, context)
  const serverIds = [...step.instanceIds, ...made(bindings.get(step.address)?.id), ...tagged('server')]
  const volumeIds = [...step.volumeIds, ...made(step.bound && bindings.get(step.bound)?.id), ...tagged('volume')]
  for (const id of serverIds) hosts.disconnect(id)
  const ended = await allOf(serverIds, (id) => cloud.terminateServer({ id, owner }))
  const deleted = await allOf(volumeIds, (id) => deleteFreed({ id, owner }, context))
  return ended || deleted ? 'done' : 'unchanged'
}

/** Chosen: a server that is gone has let its volumes go within seconds; readings may lag behind. */
const releaseReadingsMax = 30
const releasePauseMs = 1_000

async function deleteFreed(volume: Owned, { ports, clock }: StepContext): Promise<Effect> {
  for (let reading = 1; ; reading += 1) {
    try {
      return await ports.cloud.deleteVolume(volume)
    } catch (error) {
      const isHeld = error instanceof EvenkeelError && error.code === 'EC2_WRONG_STATE'
      if (!isHeld || reading >= releaseReadingsMax) throw error
      await clock.sleep(releasePauseMs)
    }
  }
}

/** Whether anything was done. One that fails keeps none of the others from going; the first failure is told then. */
async function allOf(ids: readonly string[], perform: (id: string) => Promise<Effect>): Promise<boolean> {
  const results = await Promise.allSettled([...new Set(ids)].map(perform))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return results.some((result) => result.status === 'fulfilled' && result.value === 'done')
}
