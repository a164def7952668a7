import { digestOf } from '../../../core/digest.js'
import type { CreateSnapshots } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { whileFrozen } from './held-still.js'
import type { StepContext } from '../step-context.js'

/** All of them begin while everything is frozen, so that the set is one moment of the server. */
export async function createSnapshots(step: CreateSnapshots, context: StepContext): Promise<Effect> {
  const { cloud } = context.ports
  const startAll = async () => {
    const started = await Promise.allSettled(
      step.snapshots.map(async (request) => {
        const once = `ek-${digestOf([context.ownOnce, request.volumeId], 40)}`
        const { volumeId, share } = request
        return { volumeId, share, ...(await cloud.startSnapshot({ ...request, once })) }
      }),
    )
    return started.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
  }
  const volumeIds = step.snapshots.map(({ volumeId }) => volumeId)
  const snapshots = await (step.server === undefined
    ? startAll()
    : whileFrozen(step.server, volumeIds, context, startAll))
  let completed = 0
  await Promise.all(
    snapshots.map(async (snapshot) => {
      await cloud.awaitSnapshot(snapshot)
      context.bindings.bindSnapshot(step.id, snapshot.id, snapshot.volumeId)
      completed += 1
      context.progress(completed / snapshots.length, `${completed} of ${snapshots.length} copied`)
    }),
  )
  return 'done'
}
