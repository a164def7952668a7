import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { HostError, type Diagnostic } from '../../src/core/errors.js'
import type { RunEvent } from '../../src/executor/events.js'
import type { Address } from '../../src/model/address.js'
import { driftOf } from '../../src/model/drift-report.js'
import type { Wish } from '../../src/model/ledger/wish.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { formatDiagnostics } from '../../src/report/diagnostics-text.js'
import { driftText } from '../../src/report/drift/drift-text.js'
import { errorParagraph } from '../../src/report/error-text.js'
import { lockShownJson } from '../../src/report/lock-text.js'
import { legible, legibleJson } from '../../src/report/legible.js'
import { planMarkdown } from '../../src/report/plan/plan-markdown.js'
import { planText } from '../../src/report/plan/plan-text.js'
import { jsonProgress } from '../../src/report/progress/progress-json.js'
import { plainProgress } from '../../src/report/progress/progress-plain.js'
import { showText } from '../../src/report/show/show-text.js'
import { checkpointsText } from '../../src/report/tables/checkpoints-text.js'
import { snapshotsText } from '../../src/report/tables/snapshots-text.js'
import { wishText } from '../../src/report/wish-text.js'
import { specOf } from '../support/live-stack.js'
import { plainStep } from '../support/steps.js'

const golden = fileURLToPath(new URL('../golden/plan', import.meta.url))

/** One of each sort: a terminal's commands in seven and eight bits, marks of direction, invisible ones, half a character. */
const bad = [
  '\u001B',
  '\u009B',
  '\u0000',
  '\b',
  '\r',
  '\u007F',
  '\u202E',
  '\u2066',
  '\u200F',
  '\u200B',
  '\uFEFF',
  '\u2028',
  '\u{E0041}',
]
const isBad = (text: string) => bad.some((character) => text.includes(character)) || /\p{Cs}/u.test(text)

/** Every text in plain data, with something in it that no terminal may see. */
function poisoned<Data>(data: Data, poison: string): Data {
  if (typeof data === 'string') return `${data}${poison}` as Data
  if (Array.isArray(data)) return data.map((item: unknown) => poisoned(item, poison)) as Data
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, poisoned(value, poison)])) as Data
}

const poison = `${bad.join('')}\uD800`

describe('JSON', () => {
  it('is the same value, with nothing in it that a terminal obeys', () => {
    const data = { [poison]: [poison, 'naïve\n日本'], nested: { text: poison } }
    const text = legibleJson(data, 2)
    expect(isBad(text)).toBe(false)
    expect(JSON.parse(text)).toEqual(data)
    expect(legibleJson('naïve\n日本 \u001B \u009B \u{E0041}')).toBe(
      String.raw`"naïve\n日本 \u001b \u009B \uDB40\uDC41"`,
    )
  })

  it.each([
    ['a lock', lockShownJson(poison, undefined, 'unknown')],
    ['progress', progressLine()],
  ])('of %s is', (_what, text) => {
    expect(isBad(text)).toBe(false)
    expect(text).toContain(String.raw`\u009B`)
  })

  function progressLine(): string {
    const lines: string[] = []
    jsonProgress((line) => lines.push(line))({ kind: 'step-output', at: 0, stepId: 'a' as never, line: poison })
    return lines.join('')
  }
})

describe('what somebody asked for and is not done', () => {
  it.each<Wish>([
    { kind: 'restore', address: `volume.${poison}` as Address, snapshotId: poison, checkpoint: poison },
    { kind: 'follow-up', address: `sync.${poison}` as Address, owes: 'command' },
  ])('comes from EC2 too: $kind', (wish) => expect(isBad(wishText(wish))).toBe(false))
})

describe('a text', () => {
  it('keeps what people can read, and shows the rest by its number', () => {
    expect(legible('naïve\tdaß\n日本 \u001B[31m \u202E \u{E0041} a\r\nb')).toBe(
      'naïve\tdaß\n日本 \\u001B[31m \\u202E \\u{E0041} a\nb',
    )
  })

  it('has nothing in it that a terminal obeys or nobody sees, whatever it was, and is not changed twice', () => {
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 1 }), fc.constantFrom(...bad)),
      maxLength: 12,
    })
    fc.assert(
      fc.property(text, (raw) => {
        const shown = legible(raw)
        expect(isBad(shown)).toBe(false)
        expect(stripVTControlCharacters(shown)).toBe(shown)
        expect(legible(shown)).toBe(shown)
      }),
    )
  })
})

describe('a report for people shows nothing raw', () => {
  const names = readdirSync(golden).filter((name) => !name.endsWith('.ts'))

  it.each(names)('plan, drift and show of %s', (name) => {
    const live = JSON.parse(readFileSync(join(golden, name, 'live.json'), 'utf8')) as LiveStack
    const plan = makePlan(specOf(readFileSync(join(golden, name, 'stack.yaml'), 'utf8')), live)
    const { stack, changes, problems, unreadable, impossible } = plan
    const hostile: Plan = { ...plan, ...poisonedTexts({ stack, changes, problems, unreadable, impossible }) }
    const heading = poisoned({ stack, target: 'ec2', region: 'r', account: 'a', profile: 'p', revision: 'v' }, poison)
    const options = { color: false, verbose: true, heading: { ...heading, target: 'ec2' as const } }
    for (const text of [
      planText(hostile, options),
      planText(hostile, { ...options, verbose: false, steps: true }),
      planMarkdown(hostile, { heading: options.heading }),
      driftText(driftOf(hostile), { color: false }),
      showText(poisonedLive(live), { color: false }),
      snapshotsText(poisonedLive(live), 0, false),
      checkpointsText(poisonedLive(live), 0, false),
    ]) {
      expect(bad.filter((character) => text.includes(character))).toEqual([])
    }
    const colored = planText(hostile, { ...options, color: true })
    expect(isBad(stripVTControlCharacters(colored))).toBe(false)
  })

  it('errors, with what a server said on its standard error, mistakes and progress', () => {
    const error = new HostError('HOST_COMMAND_FAILED', poison, { host: 'x', stderrTail: `a${poison}`, hint: poison })
    expect(isBad(errorParagraph(error))).toBe(false)
    const diagnostic: Diagnostic = {
      ...poisoned({ message: 'm', file: 'f', frame: 'x', hint: 'h' }, poison),
      code: 'BUG',
      line: 1,
      column: 1,
    }
    expect(isBad(formatDiagnostics([diagnostic], { color: false }))).toBe(false)
    const step = plainStep('create-server', 'server.web')
    const events: readonly RunEvent[] = [
      { kind: 'step-started', at: 0, step },
      { kind: 'step-output', at: 0, stepId: step.id, line: `${poison}\n12:00:00 run converged` },
      { kind: 'step-progress', at: 60_000, stepId: step.id, fraction: 0, text: poison },
      { kind: 'step-finished', at: 0, step, outcome: { kind: 'failed', error }, durationMs: 0 },
    ]
    const lines: string[] = []
    events.forEach(plainProgress((line) => lines.push(line)))
    expect(lines).toHaveLength(3)
    expect(lines.filter((line) => isBad(line) || line.trimEnd().includes('\n'))).toEqual([])
  })
})

/** Addresses, kinds and paths are of evenkeel's own making: what comes from others is poisoned. */
function poisonedTexts<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data), (key, value: unknown) =>
    typeof value === 'string' && ['reason', 'before', 'after', 'message', 'hint', 'forcesReplacement'].includes(key)
      ? `${value}${poison}`
      : value,
  ) as Data
}

function poisonedLive(live: LiveStack): LiveStack {
  return JSON.parse(JSON.stringify(live), (key, value: unknown) =>
    typeof value === 'string' && !/^(?:address|stack|kind|state|startedAt)$|^evenkeel:(?:stack|role)$/.test(key)
      ? `${value}${poison}`
      : value,
  ) as LiveStack
}
