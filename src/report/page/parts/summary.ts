import { count, formatDuration } from '../../../core/units.js'
import type { Document } from '../../documents/read-document.js'
import { html, type Html } from '../../html.js'
import { headingOfPlace, placeSentence } from '../../plan/plan-heading.js'

interface Tile {
  readonly amount: number | string
  readonly word: string
  readonly tone: string
}

/** What a document comes to, in a sentence and in figures. */
export function summaryPart(document: Document, source: string): Html {
  const { sentence, tone, tiles, what } = told(document)
  return html`<section class="summary ${tone}" aria-label="${what}, ${source}">
    <p class="eyebrow">${what} <span class="quiet">${source}</span></p>
    <p class="verdict">${sentence}</p>
    ${placeLine(document)}
    <dl class="tiles">${tiles.filter(({ amount }) => amount !== 0).map(tileOf)}</dl>
  </section>`
}

/** Where it was planned; nothing where the document does not say it. */
function placeLine(document: Document): Html | undefined {
  if (document.kind === 'run') return undefined
  const { stack, place } = document.kind === 'plan' ? document.plan : document.drift
  if (place === undefined) return undefined
  const { target, region = null, account = null, revision = null } = place
  return html`<p class="place quiet">${placeSentence(headingOfPlace(stack, { target, region, account, revision }))}</p>`
}

function tileOf({ amount, word, tone }: Tile): Html {
  return html`<div class="tile ${tone}">
    <dt>${word}</dt>
    <dd>${amount}</dd>
  </div>`
}

function told(document: Document): { sentence: string; tone: string; tiles: readonly Tile[]; what: string } {
  switch (document.kind) {
    case 'plan': {
      const { changes, steps, applyable, complete } = document.plan
      const amount = (kind: string) => changes.filter((change) => change.kind === kind).length
      const lost = changes.filter(({ impact }) => impact === 'data-loss').length
      const changing = changes.length - amount('none')
      const happens =
        changing === 0 && steps.length === 0
          ? 'No changes'
          : `${count(changing, 'change')} in ${count(steps.length, 'step')}`
      const limits = [
        lost > 0 ? `${lost} of them ${lost === 1 ? 'loses' : 'lose'} data` : undefined,
        complete ? undefined : 'not everything could be read',
        applyable ? undefined : 'it cannot be applied until its errors are solved',
      ].filter((text) => text !== undefined)
      return {
        what: 'Plan',
        sentence: `${[happens, ...limits].join('; ')}.`,
        tone: !applyable || lost > 0 ? 'bad' : complete ? 'good' : 'fair',
        tiles: [
          { amount: lost, word: 'data loss', tone: 'loss' },
          { amount: amount('remove'), word: 'to remove', tone: 'remove' },
          { amount: amount('replace'), word: 'to replace', tone: 'replace' },
          { amount: amount('update'), word: 'to update', tone: 'update' },
          { amount: amount('create'), word: 'to create', tone: 'create' },
          { amount: amount('adopt'), word: 'to adopt', tone: 'adopt' },
          { amount: amount('none'), word: 'unchanged', tone: 'none' },
        ],
      }
    }
    case 'drift': {
      const { status, drifted, pending, unreadable } = document.drift
      return {
        what: 'Drift',
        sentence: statusSentences[status],
        tone: status === 'in-sync' ? 'good' : status === 'drift' || status === 'error' ? 'bad' : 'fair',
        tiles: [
          { amount: drifted.length, word: 'drifted', tone: 'remove' },
          { amount: pending.length, word: 'pending', tone: 'update' },
          { amount: unreadable.length, word: 'not read', tone: 'none' },
        ],
      }
    }
    case 'run': {
      const { run, startedAt, status, steps, durationMs, planned, wasInterrupted } = document.run
      const amount = (outcome: string) => steps.filter((step) => step.outcome === outcome).length
      const began = startedAt.slice(0, 19).replace('T', ' ')
      return {
        what: `Run ${run}`,
        sentence: `${runSentences[status]}${wasInterrupted ? ' It was interrupted.' : ''}`,
        tone: status === 'converged' ? 'good' : 'bad',
        tiles: [
          { amount: formatDuration(durationMs), word: `since ${began} UTC`, tone: 'none' },
          { amount: amount('failed'), word: 'failed', tone: 'remove' },
          { amount: amount('blocked'), word: 'blocked', tone: 'update' },
          { amount: amount('cancelled'), word: 'cancelled', tone: 'update' },
          { amount: amount('done'), word: `done of ${planned}`, tone: 'create' },
          { amount: amount('unchanged'), word: 'so already', tone: 'none' },
        ],
      }
    }
  }
}

const statusSentences = {
  'in-sync': 'In sync: live is as it was last applied.',
  drift: 'Drift: something changed since the last apply.',
  pending: 'No drift; changes of the file wait for an apply.',
  unknown: 'No drift was seen, and not everything could be read.',
  error: 'Errors must be solved first.',
} as const

const runSentences = {
  converged: 'Converged: everything is as the file says.',
  partial: 'Partly done: something failed or is left.',
  failed: 'Failed: nothing was done.',
  cancelled: 'Stopped before it was done.',
  unfinished: 'Unfinished: the journal ends before the run does.',
} as const
