import type { Location, Log, ReportingDescriptor, Result, Run } from 'sarif'
import { legibleData, legibleJson } from '../legible.js'
import { ruleText, type Finding, type FindingsOf } from './finding.js'

/**
 * Findings as SARIF 2.1.0 (OASIS, 2020), as GitHub's code scanning takes it, with a line break at the end: a run for each stack, told apart
 * by `automationDetails`, and in it a result for each finding, with its place in the stack file, the file's address relative to the root of its repository, and the address as a logical location.
 * Results that are the same in two runs have the same fingerprint.
 */
export function sarifJson(reports: readonly FindingsOf[], version: string): string {
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: reports.map((report) => runOf(legibleData(report), version)),
  }
  return `${legibleJson(log, 2)}\n`
}

function runOf({ command, name, place, file, findings }: FindingsOf, version: string): Run {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort()
  return {
    tool: {
      driver: { name: 'evenkeel', version, rules: rules.map(descriptorOf) },
    },
    automationDetails: {
      id: `evenkeel/${command}/${name}/`,
      ...(place !== undefined && { description: { text: place } }),
    },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => resultOf(finding, rules.indexOf(finding.rule), name, file)),
  }
}

function descriptorOf(rule: string): ReportingDescriptor {
  return { id: rule, shortDescription: { text: ruleText(rule) } }
}

function resultOf(finding: Finding, ruleIndex: number, name: string, file: string): Result {
  const { rule, level, subject, message, hint, location } = finding
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: hint === undefined ? message : `${message} (${hint})` },
    locations: [locationOf(subject, location, file)],
    partialFingerprints: { 'evenkeel/v1': fingerprintOf(finding, name) },
  }
}

/** An address has each rule of a change once; of problems and mistakes it may have several of one code. */
function fingerprintOf({ rule, subject, message }: Finding, name: string): string {
  const isOnce = /^(?:CHANGE_|DRIFT_|NOT_READ$)/.test(rule)
  return [name, subject, rule, ...(isOnce ? [] : [message])].join('/')
}

function locationOf(subject: string, location: Finding['location'], file: string): Location {
  const artifactLocation = { uri: uriOf(location?.file ?? file), uriBaseId: '%SRCROOT%' }
  return {
    physicalLocation: {
      artifactLocation,
      // Code scanning shows nothing without a line.
      region: location ? { startLine: location.line, startColumn: location.column } : { startLine: 1 },
    },
    logicalLocations: [{ fullyQualifiedName: subject, kind: 'resource' }],
  }
}

/** A path as a relative URI reference (RFC 3986): what means something else in one is escaped. */
function uriOf(path: string): string {
  return path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}
