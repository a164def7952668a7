import XMLBuilder from 'fast-xml-builder'
import { legible } from '../legible.js'
import type { Finding, FindingsOf } from './finding.js'

/**
 * Findings as JUnit's XML, as GitLab, Jenkins and GitHub's actions read it: a suite for each stack, a test case for each finding; one
 * that passed where there are none, so that a report is never taken for one that is missing. Ends with a line break.
 * What failed is a failure, what could not be read an error, what waits for an apply is skipped.
 */
export function junitXml(reports: readonly FindingsOf[]): string {
  const suites = reports.map((report) => ({ ...report, cases: casesOf(report) }))
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': `evenkeel ${reports[0]?.command ?? ''}`.trimEnd(),
      ...counted(suites.flatMap(({ cases }) => cases)),
      testsuite: suites.map(({ command, name, place, cases }) => ({
        '@name': attribute(name),
        ...counted(cases),
        ...(place !== undefined && { properties: { property: [{ '@name': 'place', '@value': attribute(place) }] } }),
        testcase: cases.map((finding) => testCase(finding, `evenkeel.${command}.${finding.rule}`)),
      })),
    },
  }
  return `${builder.build(document).trimEnd()}\n`
}

function casesOf({ name, findings }: FindingsOf): readonly Finding[] {
  const own: Finding = { rule: 'IN_ORDER', verdict: 'passed', level: 'note', subject: name, message: '' }
  return findings.length === 0 ? [own] : findings
}

function counted(cases: readonly Finding[]): object {
  return {
    '@tests': cases.length,
    '@failures': countOf(cases, 'failed'),
    '@errors': countOf(cases, 'unknown'),
    '@skipped': countOf(cases, 'waits'),
  }
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: true,
  suppressEmptyNode: true,
  // Else an attribute that says "true" would have no value, which is no XML.
  suppressBooleanAttributes: false,
})

const elements = { failed: 'failure', unknown: 'error', waits: 'skipped' } as const

function testCase({ rule, verdict, subject, message, hint, location }: Finding, className: string): object {
  const where = location ? `${location.file}:${location.line}:${location.column}` : undefined
  const text = [message, hint, where]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => xmlText(part ?? ''))
  const element = verdict === 'passed' ? undefined : elements[verdict]
  return {
    '@classname': attribute(className),
    '@name': attribute(subject),
    ...(location && { '@file': attribute(location.file), '@line': location.line }),
    ...(element && {
      [element]: { '@type': attribute(rule), '@message': attribute(message), '#text': text.join('\n') },
    }),
    ...(!element && text.length > 0 && { 'system-out': text.join('\n') }),
  }
}

function countOf(findings: readonly Finding[], verdict: Finding['verdict']): number {
  return findings.filter((finding) => finding.verdict === verdict).length
}

/** A line end in an attribute is read as a blank (XML 1.0, section 3.3.3). */
function attribute(text: string): string {
  return xmlText(text).replaceAll(/\s+/g, ' ')
}

/** Characters that XML 1.0 cannot hold at all (section 2.2) and that `legible` has not written out yet. */
const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

function xmlText(text: string): string {
  return legible(text).replaceAll(illegal, '\uFFFD')
}
