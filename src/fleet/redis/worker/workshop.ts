import { inWorkScope } from '../../../core/work-scope.js'
import { fleetFolder } from '../../embedded/fleet-folder.js'
import { assertSameFleet } from '../../file/same-fleet.js'
import { readFleet } from '../../file/read-fleet.js'
import { carryOutJob } from '../../jobs/carry-out-job.js'
import { takeWebhookKeys } from '../../notify/webhook-keys.js'
import { createStackFinder, findStacks, type StackFinder } from '../../stacks/find-stacks.js'
import { sorted } from '../../stacks/repository-of.js'
import type { SharedBuckets } from '../shared-buckets.js'
import type { FleetNow, Workshop } from './fleet-now.js'

export interface WorkshopOptions {
  /** Left out: fleet.yaml here. */
  readonly file: string | undefined
  /** Left out: in the fleet's folder of this machine. */
  readonly plans: string | undefined
  readonly sandboxDir: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly buckets: SharedBuckets
  readonly say: (text: string) => void
}

/** Works on the stacks that a fleet's file on this machine names, with this machine's own credentials. */
export function openWorkshop({ file, plans, sandboxDir, environment, buckets }: WorkshopOptions): Workshop {
  /** What older commits have is read once, for as long as the fleet is not read anew. */
  const finders = new WeakMap<FleetNow, StackFinder>()
  let name: string | undefined
  return {
    async read() {
      const spec = readFleet(file)
      name ??= spec.name
      assertSameFleet(spec, name)
      takeWebhookKeys(spec)
      const { stacks, unreachable } = await findStacks(spec, { environment })
      return { spec, stacks: sorted([...stacks, ...unreachable.flatMap(({ lastSeen }) => lastSeen)]), unreachable }
    },
    async stackOf({ kind, stack: id, commit }, now) {
      const known = now.stacks.find((stack) => stack.id === id)
      // A schedule says no commit: the newest is looked at.
      const isKnown = known !== undefined && (known.commit === commit || (kind === 'drift' && commit === undefined))
      if (isKnown) return known
      const find = finders.get(now) ?? createStackFinder(now.spec, now.stacks, { environment })
      finders.set(now, find)
      return find(id, commit)
    },
    carryOut(job, stack, { spec }, onProgress, signal) {
      const plansFolder = plans ?? fleetFolder(spec.name).plans
      const work = () => carryOutJob(job, stack, { plansFolder, sandboxDir, environment, onProgress, signal })
      return stack.place === undefined ? work() : inWorkScope({ turn: buckets.turnIn(stack.place) }, work)
    },
  }
}
