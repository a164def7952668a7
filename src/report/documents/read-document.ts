import { driftView, type DriftView } from './drift-view.js'
import { planView, type PlanView } from './plan-view.js'
import { runView, type RunView } from './run-view.js'
import { isMembers, type Shape } from './shape.js'

/** What a page is made from. */
export type Document =
  | { readonly kind: 'plan'; readonly plan: PlanView }
  | { readonly kind: 'drift'; readonly drift: DriftView }
  | { readonly kind: 'run'; readonly run: RunView }

export type ReadDocument = { readonly document: Document } | { readonly mistakes: readonly string[] }

/** Of what is wrong with a document so much is told. */
const mistakesMax = 20

/**
 * The document that a text holds: the output of `plan --json`, `drift --json` or `apply --json`, or a run's journal; or what is
 * wrong with it. Members that are not known are left alone: a newer version may have written them. The last line of a journal
 * may be cut: so it stands where a run was killed.
 */
export function readDocument(text: string): ReadDocument {
  const whole = parsed(text)
  if (isMembers(whole)) {
    if ('event' in whole) return read((say) => ({ kind: 'run', run: runView([whole], say) }))
    if (whole['formatVersion'] !== 1) return { mistakes: [versionText(whole['formatVersion'])] }
    if ('changes' in whole) return readAs(planView, whole, (plan) => ({ kind: 'plan', plan }))
    if ('drifted' in whole) return readAs(driftView, whole, (drift) => ({ kind: 'drift', drift }))
    return { mistakes: [unknownText] }
  }
  if (whole !== undefined) return { mistakes: [unknownText] }
  return readJournal(text)
}

const unknownText = 'it is neither a plan nor a drift report nor the journal of a run'

function versionText(version: unknown): string {
  return typeof version === 'number' ? `its formatVersion is ${version}, and this evenkeel reads 1` : unknownText
}

function readJournal(text: string): ReadDocument {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const events: Readonly<Record<string, unknown>>[] = []
  for (const [index, line] of lines.entries()) {
    const event = parsed(line)
    if (isMembers(event) && 'event' in event) events.push(event)
    else if (index === 0) return { mistakes: ['it is not JSON, or not whole'] }
    else if (index < lines.length - 1) return { mistakes: [`line ${index + 1} is no event of a run`] }
  }
  const [first] = events
  if (first === undefined) return { mistakes: ['it is empty'] }
  if (first['formatVersion'] !== 1) return { mistakes: [versionText(first['formatVersion'])] }
  if (first['event'] !== 'run-started')
    return { mistakes: ['the beginning of the run is missing: line 1 is no run-started'] }
  return read((say) => ({ kind: 'run', run: runView(events, say) }))
}

function readAs<View>(shape: Shape<View>, content: unknown, documentOf: (view: View) => Document): ReadDocument {
  return read((say) => documentOf(shape(content, '', say)))
}

function read(make: (say: (mistake: string) => void) => Document): ReadDocument {
  const mistakes: string[] = []
  let count = 0
  const document = make((mistake) => {
    count += 1
    if (mistakes.length < mistakesMax) mistakes.push(mistake)
  })
  if (count === 0) return { document }
  return { mistakes: count > mistakes.length ? [...mistakes, `and ${count - mistakes.length} more`] : mistakes }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
