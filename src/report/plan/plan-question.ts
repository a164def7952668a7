import { count } from '../../core/units.js'
import type { Plan } from '../../model/plan.js'
import { placeText, type PlanHeading } from './plan-heading.js'
import { summaryOfPlan } from './plan-json.js'

const verbs = ['create', 'update', 'replace', 'remove', 'adopt'] as const

/** `3 to create, 1 to remove`: what a plan has of each sort, those that it has; its steps where nothing changes. */
export function countsText({ changes, steps }: Pick<Plan, 'changes' | 'steps'>): string {
  const summary = summaryOfPlan(changes)
  const counts = verbs.filter((verb) => summary[verb] > 0).map((verb) => `${summary[verb]} to ${verb}`)
  return counts.join(', ') || count(steps.length, 'step')
}

/** What somebody says yes to: where, what of each sort, and how many of it lose bytes. */
export function planQuestion(verb: 'apply' | 'destroy', plan: Plan, heading: PlanHeading): string {
  return `${verb === 'apply' ? 'Apply to' : 'Destroy'} ${placeText(heading)}: ${countsText(plan)}${lossesText(plan)}?`
}

/** ` (1 with DATA LOSS)`; empty where no bytes go. */
export function lossesText({ changes }: Pick<Plan, 'changes'>): string {
  const losses = changes.filter(({ impact }) => impact === 'data-loss').length
  return losses === 0 ? '' : ` (${losses} with DATA LOSS)`
}
