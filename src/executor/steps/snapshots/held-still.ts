import { admitted } from '../../../core/work-scope.js'
import type { Address } from '../../../model/address.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Chosen: EC2 answers CreateSnapshot in a second or two; whoever writes to the filesystem waits as long as it is frozen. */
const freezeSecondsMax = 60

/**
 * Does something while the filesystems of these volumes are frozen; they go on whatever happens. It takes one slot for all
 * of it: what waited for one in the middle would hold the filesystem meanwhile.
 */
export function whileFrozen<Result>(
  server: Address,
  volumeIds: readonly string[],
  context: StepContext,
  work: () => Promise<Result>,
): Promise<Result> {
  return admitted('host', () => freezeFor(server, volumeIds, context, work))
}

async function freezeFor<Result>(
  server: Address,
  volumeIds: readonly string[],
  context: StepContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const { hosts } = context.ports
  const freeze = await hosts.freeze(await accessTo(server, context), { volumeIds, seconds: freezeSecondsMax })
  if (!freeze.complete) context.output('a filesystem cannot be frozen: it was written out, and may change meanwhile')
  let held = false
  try {
    return await work()
  } finally {
    held = await freeze.thaw()
    if (!held) context.output('the freeze ended before EC2 had answered: the snapshot is as after a power cut')
  }
}
