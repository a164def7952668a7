import { inWorkScope } from '../../../core/work-scope.js'
import { fleetFolder } from '../../embedded/fleet-folder.js'
import { readFleet } from '../../file/read-fleet.js'
import { carryOutJob } from '../../jobs/carry-out-job.js'
import { makePlansFolder } from '../../jobs/plans-folder.js'
import { takeWebhookKeys } from '../../notify/webhook-keys.js'
import { stackNamed, stacksOf } from '../../stacks/stacks-of.js'
import type { SharedBuckets } from '../shared-buckets.js'
import type { Workshop } from './fleet-now.js'

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
  return {
    async read() {
      const spec = readFleet(file)
      takeWebhookKeys(spec)
      return { spec, stacks: await stacksOf(spec, { environment }) }
    },
    async stackOf({ kind, stack: id, commit }, { spec, stacks }) {
      const known = stacks.find((stack) => stack.id === id)
      // A schedule says no commit: the newest is looked at.
      const isKnown = known !== undefined && (known.commit === commit || (kind === 'drift' && commit === undefined))
      return isKnown ? known : stackNamed(spec, id, { commit, environment })
    },
    carryOut(job, stack, { spec }, onProgress, signal) {
      const plansFolder = plans ?? fleetFolder(spec.name).plans
      makePlansFolder(plansFolder)
      const work = () => carryOutJob(job, stack, { plansFolder, sandboxDir, environment, onProgress, signal })
      return stack.place === undefined ? work() : inWorkScope({ turn: buckets.turnIn(stack.place) }, work)
    },
  }
}
