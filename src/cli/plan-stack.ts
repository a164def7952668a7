import { UsageError } from '../core/errors.js'
import type { LiveStack } from '../model/live-stack.js'
import { makeDestroyPlan, makePlan, type PlanOptions } from '../planner/make-plan.js'
import type { Plan } from '../model/plan.js'
import type { Address } from '../model/address.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { RunOptions } from './options.js'
import { checkpointName, restoreFrom } from './snapshot-choice.js'
import { planningFacts, type Session } from './session.js'

/** Observes and plans; `drift` and `apply` see through the same eyes as `plan`. */
export async function planStack(session: Session, options: PlanChoice): Promise<Plan> {
  const updateImages = (options.updateImages ?? []).flatMap((name) => serversNamed(name, session.spec))
  const source = options.checkpoint === undefined ? undefined : checkpointName(options.checkpoint, session.spec.stack)
  const snapshotsOf = source ? [source.stack] : []
  const [live, facts] = await Promise.all([
    session.observe({ hosts: options.hosts, snapshotsOf }),
    planningFacts(session, options),
  ])
  const restore = source ? restoreFrom(live, source, session.spec) : options.restore?.(live)
  return makePlan(session.spec, live, { ...facts, updateImages, ...(restore && { restore }) })
}

/** What a plan of the whole stack may be asked for beside the file. */
export interface PlanChoice extends RunOptions {
  readonly hosts: boolean
  readonly updateImages?: readonly string[]
  /** `name`, or `stack/name`. */
  readonly checkpoint?: string
  /** Volumes to be restored, once it is known what is live. */
  readonly restore?: (live: LiveStack) => PlanOptions['restore']
}

/** Observes, and plans the removal of everything. */
export async function planDestroy(session: Session, options: RunOptions): Promise<Plan> {
  const [live, facts] = await Promise.all([session.observe({ hosts: true }), planningFacts(session, options)])
  return makeDestroyPlan(session.spec, live, facts)
}

/** `server.web`, `web` or `web[0]` -> addresses; a name with `count` and no index means all of them. */
export function serversNamed(name: string, spec: StackSpec): readonly Address[] {
  const full = name.startsWith('server.') ? name : `server.${name}`
  const addresses = spec.servers.map(({ address }) => address)
  const found = addresses.filter((address) => address === full || address.startsWith(`${full}[`))
  if (found.length > 0) return found
  throw new UsageError('SERVER_UNKNOWN', `the stack ${spec.stack} has no server ${full}`, {
    hint: addresses.length > 0 ? `it has ${addresses.join(', ')}` : 'it has no servers at all',
  })
}
