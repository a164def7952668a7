import { admitted } from '../../../core/work-scope.js'
import type { CreateSnapshot } from '../../../model/steps/step.js'
import type { Created, Effect } from '../../ports.js'
import { onceOf } from '../../once.js'
import { whileFrozen } from './held-still.js'
import { accessTo, percentOf, volumeOf, type StepContext } from '../step-context.js'

/** The filesystem rests only until EC2 has answered; the copy itself takes as long as it takes. */
export async function createSnapshot(step: CreateSnapshot, context: StepContext): Promise<Effect> {
  const { description, tags, share, hold, only, atRest } = step
  const volumeId = volumeOf(step, context)
  const { cloud } = context.ports
  // What was written since an earlier run took one is in no older snapshot, but where nobody could write.
  const once = only === undefined ? context.ownOnce : onceOf(only, step.id)
  const request = { volumeId, description, tags, share, once, earlier: atRest === true ? context.onces : [] }
  const onProgress = percentOf('copied', context)
  if (!hold) {
    const { id } = await cloud.createSnapshot({ ...request, onProgress })
    context.bindings.bindSnapshot(step.id, id)
    return 'done'
  }
  const start = () => cloud.startSnapshot(request)
  const { id } = await (hold.how === 'freeze'
    ? whileFrozen(hold.server, [volumeId], context, start)
    : admitted('host', () => whileUnmounted(volumeId, hold, context, start)))
  await cloud.awaitSnapshot({ id, volumeId, share, onProgress })
  context.bindings.bindSnapshot(step.id, id)
  return 'done'
}

type Unmounting = Extract<NonNullable<CreateSnapshot['hold']>, { how: 'unmount' }>

/** Mounted again whatever happens; should we be ended meanwhile, the next apply finds it unmounted and mounts it. */
async function whileUnmounted(
  volumeId: string,
  { server, fstype, mount }: Unmounting,
  context: StepContext,
  work: () => Promise<Created>,
): Promise<Created> {
  const { hosts } = context.ports
  const access = await accessTo(server, context)
  try {
    await hosts.unmount(access, { volumeId })
    return await work()
  } finally {
    await hosts.mount(access, { volumeId, fstype, mount, fresh: false })
    await hosts.writeFstab(access, { volumeId, fstype, mount })
  }
}
