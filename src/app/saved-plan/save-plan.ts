import { dirname, relative, resolve } from 'node:path'
import { required } from '../../core/assert.js'
import { UsageError } from '../../core/errors.js'
import { systemClock } from '../../core/clock.js'
import { secretsInSteps } from '../../model/steps/step-secrets.js'
import type { PlanPlace } from '../../model/stacks/plan-place.js'
import { planBasis } from '../../planner/saved/plan-basis.js'
import type { ObservedPlan, PlanChoice } from '../plan-stack.js'
import type { Session } from '../session.js'
import { readLocalSources } from './local-sources.js'
import { writePlanFile } from './plan-file.js'
import { savedSecret } from './secret-digest.js'

/** Saves a plan for `carryOutSaved`. Throws a UsageError when it cannot be written, or would go over the stack file. */
export async function savePlan(
  path: string,
  session: Session,
  { plan, live }: ObservedPlan,
  {
    hosts,
    checkpoint,
    target,
    place,
  }: Pick<PlanChoice, 'hosts' | 'checkpoint'> & {
    readonly target?: string | undefined
    readonly place?: PlanPlace
  },
): Promise<void> {
  const absolute = resolve(session.file.path)
  const { file } = session
  const own = [file.path, ...file.bases].findIndex((one) => resolve(one) === resolve(path))
  if (own >= 0) {
    const what = own === 0 ? 'the stack file' : 'what the stack file builds on'
    throw new UsageError('FILE_UNWRITABLE', `${path} is ${what}: the plan is not written over it`)
  }
  const values = await session.secrets.neededBy(plan)
  const secrets = secretsInSteps(plan.steps).map((name) => savedSecret(name, required(values.get(name), name)))
  writePlanFile(path, {
    madeAt: new Date(systemClock.now()).toISOString(),
    run: session.run,
    stackFile: {
      fromWorkingDirectory: relative(process.cwd(), absolute),
      fromPlanFile: relative(dirname(resolve(path)), absolute),
      absolute,
    },
    options: {
      variables: session.file.variables,
      hosts,
      ...(target !== undefined && { target }),
      ...(checkpoint !== undefined && { checkpoint }),
    },
    ...(secrets.length > 0 && { secrets }),
    basis: planBasis(session.spec, live, await readLocalSources(session)),
    plan,
    ...(place && { place }),
  })
}
