import { createColors } from 'picocolors'
import { legible, legibleJson } from './legible.js'

interface Shown {
  readonly level: 'ok' | 'warning' | 'missing'
  readonly about: string
  readonly found: string
  readonly hint?: string
}

/** A line for each, with what to do below those that are not well. */
export function doctorText(findings: readonly Shown[], color: boolean): string {
  const colors = createColors(color)
  const paint = { ok: colors.green, warning: colors.yellow, missing: colors.red }
  const width = Math.max(...findings.map(({ about }) => about.length))
  const lines = findings.flatMap(({ level, about, found, hint }) => [
    `${paint[level](level.padEnd(7))}  ${legible(about).padEnd(width)}  ${legible(found)}`,
    ...(hint === undefined ? [] : [`${' '.repeat(11 + width)}${legible(hint)}`]),
  ])
  const missing = findings.filter(({ level }) => level === 'missing').length
  const end = missing === 0 ? 'Nothing is missing.' : `${missing} missing.`
  return `${[...lines, '', end].join('\n')}\n`
}

/** As `doctor --json` prints it (schema/doctor.schema.json), with a line break at the end. */
export function doctorJson(findings: readonly Shown[]): string {
  const isWell = findings.every(({ level }) => level !== 'missing')
  const told = findings.map(({ level, about, found, hint }) => ({ level, about, found, hint: hint ?? null }))
  return `${legibleJson({ formatVersion: 1, ok: isWell, findings: told }, 2)}\n`
}
