import { readPlanFile } from '../../app/saved-plan/plan-file.js'
import { digestOf } from '../../core/digest.js'
import { planJson } from '../../report/plan/plan-json.js'
import { headingOfPlace, type PlanHeading } from '../../report/plan/plan-heading.js'
import { planText } from '../../report/plan/plan-text.js'
import { planQuestion } from '../../report/plan/plan-question.js'
import { readDocument, type Document } from '../../report/documents/read-document.js'
import { planPath } from '../jobs/plans-folder.js'

/** A saved plan as it is shown before somebody says yes. */
export interface ShownPlan {
  readonly name: string
  /** Of all that is in it: what is carried out is what was shown, or nothing. */
  readonly digest: string
  readonly madeAt: string
  /** As `fleet apply` shows it. */
  readonly text: string
  /** What `apply` asks. */
  readonly question: string
  /** Addresses whose bytes go. */
  readonly losses: readonly string[]
}

/** Throws an error of evenkeel's where there is no such plan, or it cannot be read. */
export function shownPlanOf(folder: string, name: string): ShownPlan {
  const saved = readPlanFile(planPath(folder, name))
  const { plan, place, madeAt } = saved
  const heading = place && headingOfPlace(plan.stack, place)
  return {
    name,
    digest: digestOf(saved),
    madeAt,
    text: planText(plan, { color: false, verbose: false, heading }),
    question: planQuestion('apply', plan, heading ?? nowhere(plan.stack)),
    losses: plan.changes.filter(({ impact }) => impact === 'data-loss').map(({ address }) => address),
  }
}

/** What a page of reports shows of it. */
export function planDocument(folder: string, name: string): Document {
  const { plan, place } = readPlanFile(planPath(folder, name))
  const read = readDocument(planJson(plan, { place }))
  if (!('document' in read)) throw new Error('a plan that evenkeel saved cannot be read')
  return read.document
}

function nowhere(stack: string): PlanHeading {
  return { stack, target: 'ec2', region: undefined, account: undefined, profile: undefined, revision: undefined }
}
