import type { LiveStack } from '../model/live-stack.js'
import { driftOf, type DriftReport } from '../model/drift-report.js'
import type { Plan } from '../model/plan.js'
import { makeDestroyPlan, makePlan, type PlanOptions } from '../planner/make-plan.js'
import { onlyAsBefore, onlyNamed } from './addresses/only.js'
import { rebuiltByName } from './addresses/rebuilt.js'
import { replacedByName } from './addresses/replaced.js'
import { launchingByPattern } from './servers/named-by-pattern.js'
import { checkpointName, restoreFrom } from './named-snapshots.js'
import { observedWithFacts, type Session } from './session.js'

/** What every plan may be asked for beside the file. */
export interface PlanningOptions {
  /** What to record as the applied revision; left out: the git commit. */
  readonly revision?: string | undefined
}

/** What a plan of the whole stack may be asked for beside the file. */
export interface PlanChoice extends PlanningOptions {
  /** Whether to look inside the servers; `left-out`: nor to plan anything there. */
  readonly hosts: boolean | 'left-out'
  /** Whether to ask EC2 which volumes it doubts. */
  readonly volumeTroubles?: boolean
  /** Servers whose images are to be the newest. */
  readonly updateImages?: readonly string[] | undefined
  /** Patterns of addresses: these are changed, with what they need, and nothing else. */
  readonly only?: readonly string[] | undefined
  /** Patterns of servers and volumes: another takes the place of each. */
  readonly replace?: readonly string[] | undefined
  /** Patterns of images: another version is made of each. */
  readonly rebuild?: readonly string[] | undefined
  /** `name`, or `stack/name`. */
  readonly checkpoint?: string | undefined
  /** Volumes to be restored, once it is known what is live. */
  readonly restore?: (live: LiveStack) => PlanOptions['restore']
}

/** Observes and plans; `driftOfStack` and `apply` see through the same eyes. */
export async function planStack(session: Session, options: PlanChoice): Promise<Plan> {
  return (await observeAndPlan(session, options)).plan
}

/** A plan, and the observation that it was made from. */
export interface ObservedPlan {
  readonly plan: Plan
  readonly live: LiveStack
}

/** As `planStack`, with what was seen. */
export async function observeAndPlan(session: Session, options: PlanChoice): Promise<ObservedPlan> {
  const updateImages = launchingByPattern(options.updateImages ?? [], session.spec)
  const source = options.checkpoint === undefined ? undefined : checkpointName(options.checkpoint, session.spec.stack)
  const [live, facts] = await observedWithFacts(session, observeFor(session, options), options)
  const replace = replacedByName(options.replace, session.spec)
  const rebuild = rebuiltByName(options.rebuild, session.spec)
  const restore = source ? restoreFrom(live, source, session) : options.restore?.(live)
  const plan = makePlan(session.spec, live, {
    ...facts,
    updateImages,
    replace,
    rebuild,
    ...(restore && { restore }),
    ...(source && { checkpoint: `${source.stack}/${source.name}` }),
  })
  return { plan: onlyNamed(plan, options.only, session.spec), live }
}

/** Observes what a plan of that choice is made from. */
export function observeFor(
  session: Session,
  { hosts, checkpoint, volumeTroubles = false }: PlanChoice,
): Promise<LiveStack> {
  const source = checkpoint === undefined ? undefined : checkpointName(checkpoint, session.spec.stack)
  return session.observe({ hosts, volumeTroubles, snapshotsOf: source ? [source.stack] : [] })
}

/** Observes and plans again after a plan was carried out: as much of the stack as that was of, and without what was asked for once. */
export async function planAgain(session: Session, { only }: Plan, options: PlanChoice): Promise<Plan> {
  const { hosts, revision, updateImages } = options
  const whole = await planStack(session, { hosts, revision, updateImages })
  return onlyAsBefore(whole, { ...(only && { only }) }, session.spec)
}

/** Observes, and plans the removal of everything. */
export async function planDestroy(session: Session, options: PlanningOptions): Promise<Plan> {
  const [live, facts] = await observedWithFacts(session, session.observe({ hosts: true, forNew: false }), options)
  return makeDestroyPlan(session.spec, live, facts)
}

/** Observes, and tells what moved since the last apply from what the file asks for and nobody applied yet. */
export async function driftOfStack(session: Session, options: PlanningOptions): Promise<DriftReport> {
  return driftOf(await planStack(session, { ...options, hosts: true, volumeTroubles: true }))
}
