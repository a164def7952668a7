import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Log } from 'sarif'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../../src/model/drift-report.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import {
  findingsOfDrift,
  findingsOfMistakes,
  findingsOfPlan,
  type Finding,
} from '../../../src/report/findings/finding.js'
import { junitXml } from '../../../src/report/findings/junit.js'
import { sarifJson } from '../../../src/report/findings/sarif.js'
import { parsedStack } from '../../support/live-stack.js'

const golden = fileURLToPath(new URL('../../golden/plan', import.meta.url))

describe('findings', () => {
  it('of a plan are its changes, with what stays, and its problems with their places', () => {
    const { plan, locate } = planned('shrink-volume')
    const found = findingsOfPlan(plan, locate)
    expect(found.find(({ verdict }) => verdict === 'failed')).toMatchObject({
      level: 'error',
      subject: 'volume.music',
      location: { file: 'stack.yaml', line: 18, column: 11 },
    })
    expect(findingsOfPlan(planned('remove-each-way').plan).map(({ rule, level }) => `${rule} ${level}`)).toEqual([
      'CHANGE_REMOVE note',
      'CHANGE_REMOVE note',
      'CHANGE_REMOVE warning',
    ])
    expect(findingsOfPlan(planned('no-change').plan)).toEqual([])
  })

  it('of drift fail for what moved, wait for what the file asks for, and do not know what could not be read', () => {
    const verdicts = (name: string) => findingsOfDrift(driftOf(planned(name).plan)).map(({ verdict }) => verdict)
    expect(verdicts('drift-tags-changed')).toContain('failed')
    expect(new Set(verdicts('grow-volume'))).toEqual(new Set(['waits']))
    expect(verdicts('unreadable')).toContain('unknown')
    expect(verdicts('no-change')).toEqual([])
  })
})

describe('JUnit', () => {
  it('counts what failed, what is not known and what waits, and has a case of its own where there is nothing', () => {
    const { cases, attributes } = parsed(junit(['failed', 'unknown', 'waits', 'passed', 'failed'].map(findingOf)))
    expect(attributes[0]).toMatchObject({ tests: '5', failures: '2', errors: '1', skipped: '1' })
    expect(cases).toEqual(['failure', 'error', 'skipped', 'system-out', 'failure'])
    expect(parsed(junit([])).attributes[0]).toMatchObject({ tests: '1', failures: '0' })
  })

  it('is XML 1.0, whatever stands in it, and says it back', () => {
    fc.assert(
      fc.property(text(), (value) => {
        const { attributes, texts } = parsed(junit([{ ...findingOf('failed'), message: value, subject: value }]))
        expect(attributes).toHaveLength(4)
        if (/^[\w <>&"']*$/.test(value)) expect(texts.join('')).toContain(value.trim())
      }),
      { numRuns: 500 },
    )
  })

  it('is refused by the same reader where it is none', () => {
    expect(() => parsed('<a b></a>')).toThrow()
    expect(() => parsed('<a>\u0001</a>')).toThrow()
  })
})

describe('SARIF', () => {
  it('has a result for each, with a rule, a place in the repository and a fingerprint', () => {
    const { plan, locate } = planned('shrink-volume')
    const log = sarif(findingsOfPlan(plan, locate))
    const [run] = log.runs
    expect(run?.tool.driver.rules?.every(({ shortDescription }) => (shortDescription?.text ?? '') !== '')).toBe(true)
    for (const { ruleId, ruleIndex = -1, locations = [], partialFingerprints } of run?.results ?? []) {
      expect(run?.tool.driver.rules?.[ruleIndex]?.id).toBe(ruleId)
      expect(locations[0]?.physicalLocation?.artifactLocation?.uri).toBe('stack.yaml')
      expect(locations[0]?.physicalLocation?.region?.startLine).toBeGreaterThan(0)
      expect(Object.values(partialFingerprints ?? {})).toHaveLength(1)
    }
    expect(run?.results?.[0]?.level).toBe('error')
  })

  it('has relative URIs, whatever a file is called', () => {
    const uri = (file: string) => {
      const finding = { ...findingOf('failed'), location: { file, line: 2, column: 3 } }
      return sarif([finding]).runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri
    }
    expect(uri('stacks/music staging.yaml')).toBe('stacks/music%20staging.yaml')
    expect(uri('a#b?c:d%.yaml')).toBe('a%23b%3Fc%3Ad%25.yaml')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (file) => {
        expect(new URL(uri(file) ?? '', 'file:///repository/').protocol).toBe('file:')
      }),
    )
  })

  it('tells the mistakes of a stack file at their places', () => {
    const place = { file: 'stack.yaml', line: 4, column: 7 }
    const [found] = findingsOfMistakes([
      { code: 'SPEC_UNKNOWN_KEY', message: 'unknown', ...place, frame: '', hint: 'h' },
    ])
    expect(found).toMatchObject({ rule: 'SPEC_UNKNOWN_KEY', verdict: 'failed', location: place })
    expect(sarif(found ? [found] : []).runs[0]?.results?.[0]?.message.text).toBe('unknown (h)')
  })
})

function planned(name: string) {
  const { spec, locate } = parsedStack(readFileSync(join(golden, name, 'stack.yaml'), 'utf8'))
  return {
    plan: makePlan(spec, JSON.parse(readFileSync(join(golden, name, 'live.json'), 'utf8')) as LiveStack),
    locate,
  }
}

const of = { command: 'plan', name: 'music', place: 'music in us-east-1', file: 'stack.yaml' } as const

function junit(findings: readonly Finding[]): string {
  return junitXml([{ ...of, findings }])
}

function sarif(findings: readonly Finding[]): Log {
  return JSON.parse(sarifJson([{ ...of, findings }], '1.2.3')) as Log
}

function findingOf(verdict: string): Finding {
  return { rule: 'NOT_READ', verdict: verdict as Finding['verdict'], level: 'error', subject: 'server.a', message: 'm' }
}

function text(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('true', '', ']]>', '<!-- -->', '&amp;', '\uFFFE', '\u0000', '\uD800', 'a\r\nb', '"\'<>'),
  )
}

/** By a strict reader, which throws where it is no XML: the suites' attributes, what each case holds, and all text. */
function parsed(xml: string) {
  const attributes: Readonly<Record<string, string>>[] = []
  const cases: string[] = []
  const texts: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  const inner = new Set(['failure', 'error', 'skipped', 'system-out'])
  parser.on('opentag', ({ name, attributes: own }) => {
    if (inner.has(name)) cases.push(name)
    if (name !== 'properties' && name !== 'property') attributes.push(own)
  })
  parser.on('text', (part) => texts.push(part))
  parser.write(xml).close()
  return { attributes, cases, texts }
}
