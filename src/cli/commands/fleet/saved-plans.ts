import { createColors } from 'picocolors'
import { readPlanFile } from '../../../app/saved-plan/plan-file.js'
import { systemClock } from '../../../core/clock.js'
import { asEvenkeelError } from '../../../core/errors.js'
import { count } from '../../../core/units.js'
import { planPath } from '../../../fleet/jobs/plans-folder.js'
import { gonePlans, standingsOf } from '../../../fleet/reports/standing.js'
import { repositoryOf } from '../../../fleet/stacks/repository-of.js'
import type { FleetStack } from '../../../fleet/types.js'
import { failureText } from '../../failure.js'
import type { Plan } from '../../../model/plan.js'
import { legible } from '../../../report/legible.js'
import { headingOfPlace } from '../../../report/plan/plan-heading.js'
import { summaryWords } from '../../../report/plan/plan-json.js'
import { planText } from '../../../report/plan/plan-text.js'
import { countsText, lossesText } from '../../../report/plan/plan-question.js'
import { agoText, tableLines } from '../../../report/tables/table.js'
import type { OpenFleet } from './open-fleet.js'

/** What is to be applied of a stack: a saved plan, or, where its settings say `at-once`, what is pending. */
export interface Applicable {
  readonly stack: FleetStack
  readonly plan: string | undefined
}

/**
 * What waits to be applied. A stack that is never applied by the fleet is among them where it was asked for by name, to be refused;
 * else it is passed over.
 */
export async function applicableOf({ stacks, store }: OpenFleet, isAsked: boolean): Promise<readonly Applicable[]> {
  const standings = await standingsOf(stacks, store)
  return standings.flatMap(({ stack, plan, last }) => {
    const { apply } = stack.settings
    if (apply === 'never') return isAsked ? { stack, plan: undefined } : []
    if (plan !== undefined) return { stack, plan }
    return apply === 'at-once' && last?.state === 'pending' ? { stack, plan } : []
  })
}

/** A line for each stack that is in the fleet no more under the name that its saved plan waits for; `fleet` is the whole of it. */
export async function plansOfNobody({ stacks, unreachable, store }: OpenFleet): Promise<string> {
  const known = new Set(stacks.map(({ id }) => id))
  const isKnown = (id: string) => known.has(id) || unreachable.some(({ name }) => name === repositoryOf(id))
  const gone = await gonePlans(isKnown, store)
  return gone
    .map((id) => `The saved plan of ${legible(id)} is passed over: the fleet has no stack of this name any more.\n`)
    .join('')
}

/** The plans as they are saved: what is shown is what is carried out. And what somebody says yes to, with how much of it loses bytes. */
export function applicableText(
  { folder }: OpenFleet,
  applicable: readonly Applicable[],
  color: boolean,
): { readonly text: string; readonly question: string } {
  const colors = createColors(color)
  const shown = applicable.map(({ stack, plan }) => ({ id: stack.id, ...shownPlan(folder.plans, stack, plan, color) }))
  const sections = shown.map(({ id, text }) => `${colors.bold(`── ${legible(id)} ──`)}\n\n${text.trimEnd()}`)
  const lines = tableLines(shown.map(({ id, words }) => [`  ${legible(id)}`, words]))
  const head = colors.bold(`${count(applicable.length, 'stack')} to apply:`)
  const plans = shown.flatMap(({ plan }) => plan ?? [])
  const unseen = applicable.filter(({ stack, plan }) => isAtOnce(stack) && plan === undefined).length
  return {
    text: `${[...sections, [head, ...lines].join('\n')].join('\n\n')}\n`,
    question: applyQuestion(applicable.length, plans, unseen),
  }
}

/**
 * As the question about one stack: what of each sort, and how much of it loses bytes. `unseen`: of how many there is no plan to show.
 *
 * @internal exported for its test
 */
export function applyQuestion(
  stacks: number,
  plans: readonly Pick<Plan, 'changes' | 'steps'>[],
  unseen: number,
): string {
  const all = { changes: plans.flatMap(({ changes }) => changes), steps: plans.flatMap(({ steps }) => steps) }
  const what = [
    ...(plans.length === 0 ? [] : [`${countsText(all)}${lossesText(all)}`]),
    ...(unseen === 0 ? [] : [`what is pending of ${count(unseen, 'stack')} without a saved plan`]),
  ]
  return `Apply to ${count(stacks, 'stack')}: ${what.join(', and ') || 'nothing that can be'}?`
}

interface ShownPlan {
  readonly text: string
  readonly words: string
  readonly plan?: Plan
}

function isAtOnce({ settings }: FleetStack): boolean {
  return settings.apply === 'at-once'
}

function shownPlan(folder: string, stack: FleetStack, name: string | undefined, color: boolean): ShownPlan {
  if (name === undefined && isAtOnce(stack)) {
    return { text: 'What is pending is planned and applied at once.', words: 'at once' }
  }
  if (name === undefined) return { text: 'It is refused: the fleet never applies it.', words: 'never' }
  try {
    const { plan, place, madeAt } = readPlanFile(planPath(folder, name))
    const heading = place && headingOfPlace(plan.stack, place)
    const text = planText(plan, { color, verbose: false, heading })
    return {
      text,
      words: `${summaryWords(plan)}${lossesText(plan)}, saved ${agoText(madeAt, systemClock.now())}`,
      plan,
    }
  } catch (thrown) {
    const error = asEvenkeelError(thrown)
    return { text: failureText(error, color), words: `error ${error.code}` }
  }
}
