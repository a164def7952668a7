import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { PlanError, UsageError } from '../../core/errors.js'
import type { Moved } from '../../model/moved.js'
import type { Plan } from '../../model/plan.js'
import { boundHere } from '../../planner/saved/bound-here.js'
import { agentSocket } from '../../hosts/keys/agent-socket.js'
import { keysNotHere } from '../../planner/saved/keys-not-here.js'
import { movedSince } from '../../planner/saved/moved-since.js'
import { planBasis, type PlanBasis } from '../../planner/saved/plan-basis.js'
import { lettingIn } from '../../planner/saved/letting-in.js'
import { movedLines } from '../../planner/saved/moved-lines.js'
import { observeFor } from '../plan-stack.js'
import type { Session } from '../session.js'
import { readLocalSources } from './local-sources.js'
import { environmentName } from '../../spec/variables/given.js'
import type { PlanFile } from './plan-file.js'
import { isSaved } from './secret-digest.js'

/**
 * The plan of the file as it is to be carried out here, after a look at the stack file, the files that it copies and the
 * world: all as they were. Throws a PlanError that says what moved where they are not.
 */
export async function savedPlanHere(session: Session, file: PlanFile): Promise<Plan> {
  const { basis, plan, options, madeAt } = file
  await assertSecretsHere(session, file)
  const [live, sources] = await Promise.all([observeFor(session, options), readLocalSources(session)])
  const here = planBasis(session.spec, live, sources)
  const bound = boundHere(plan, basis, here)
  const moved = [...movedSince(basis, here), ...lettingIn(bound, basis, here)]
  // Without the key nobody sees what is inside, and what is not seen would count as moved.
  assertKeysHere(bound, basis, here)
  if (moved.length > 0) throw stale(moved, madeAt)
  return bound
}

/**
 * The stack file of a saved plan, in this checkout: that which lies beside or below the plan, else by the way from the working
 * directory, from the plan, or the absolute one.
 */
export function stackFileHere({ stackFile }: PlanFile, planPath: string): string {
  const { fromWorkingDirectory, fromPlanFile, absolute } = stackFile
  const besidePlan = resolve(dirname(planPath), fromPlanFile)
  const isBeside = !fromPlanFile.startsWith('..')
  const candidates = [...(isBeside ? [besidePlan] : []), resolve(fromWorkingDirectory), besidePlan, absolute]
  const found = candidates.find((path) => existsSync(path))
  if (found !== undefined) return relative(process.cwd(), found)
  throw new UsageError(
    'STACK_FILE_MISSING',
    `${planPath} is a plan for ${fromWorkingDirectory}, and there is no such stack file here`,
    { hint: 'apply the plan in a checkout, in the directory in which it was made' },
  )
}

/** The value of each sensitive variable that the plan needs, as it was when the plan was made. */
export async function assertSecretsHere({ secrets }: Session, { secrets: saved = [] }: PlanFile): Promise<void> {
  const values = await secrets.lookUp(saved.map(({ variable }) => variable))
  for (const secret of saved) {
    const { variable } = secret
    const value = values.get(variable)
    if (value === undefined) {
      const message = `the plan needs the value of the variable \`${variable}\` again, and none was given: nothing was done`
      const hint = `give it as ${environmentName(variable)}, in a --var-file, or with --var ${variable}=@file`
      throw new PlanError('PLAN_STALE', message, [], { hint })
    }
    if (isSaved(secret, value)) continue
    const message = `the value of the variable \`${variable}\` differs from the one that the plan was made with, and nothing was done`
    const hint = 'give the same value, or make a new plan with `evenkeel plan --out` or `evenkeel fleet plan`'
    throw new PlanError('PLAN_STALE', message, [], { hint })
  }
}

function stale(moved: readonly Moved[], madeAt: string): PlanError {
  const things = moved.length === 1 ? 'one thing' : `${moved.length} things`
  const addresses = [...new Set(moved.map(({ what }) => what))]
  return new PlanError(
    'PLAN_STALE',
    `${things} moved since the plan was saved (${madeAt}), and nothing was done`,
    addresses,
    {
      hint: 'make a new plan with `evenkeel plan --out` or `evenkeel fleet plan`, and read it again',
      details: movedLines(moved),
    },
  )
}

/**
 * A server that the plan enters is entered from here: with a key of which this machine has the private half, or an agent that
 * has it, or by EC2 Instance Connect.
 */
function assertKeysHere(plan: Plan, saved: PlanBasis, here: PlanBasis): void {
  if (agentSocket() !== undefined) return
  const missing = keysNotHere(plan, saved, here)
  if (missing.length === 0) return
  throw new PlanError(
    'PLAN_KEY_NOT_HERE',
    `the plan enters servers with ${missing.join(', ')}, whose private half is not on this machine`,
    missing,
    {
      hint: 'apply where the plan was made, copy the key from there, load it into the SSH agent here, or see with `evenkeel plan` why EC2 Instance Connect does not let this machine in',
    },
  )
}
