import type { OutputValue, ShownOutput } from '../../model/outputs/stack-output.js'
import { hiddenValue } from '../../core/masking.js'
import { legible, legibleJson } from '../legible.js'
import { tableLines } from './table.js'

/** An output, and why its value is not known. */
type Told = ShownOutput & { readonly unknown?: string }

/** Outputs for people, one a line; what has no value says why. */
export function outputLines(outputs: readonly Told[]): readonly string[] {
  return tableLines(outputs.map((output) => [output.name, legible(shown(output)).replaceAll('\n', String.raw`\n`)]))
}

/** The same under a heading. */
export function outputsSection(outputs: readonly Told[]): readonly string[] {
  return ['Outputs:', ...outputLines(outputs).map((line) => `  ${line}`)]
}

function shown({ value, sensitive, unknown }: Told): string {
  if (value !== undefined) return typeof value === 'string' ? value : value.join(', ')
  return unknown === undefined && sensitive ? hiddenValue : `(not known${unknown === undefined ? '' : `: ${unknown}`})`
}

/** A value for programs: bare, a list with one member a line. Ends with a line break; an empty list has no line. */
export function valueText(value: OutputValue): string {
  return [value]
    .flat()
    .map((text) => `${legible(text)}\n`)
    .join('')
}

/** Outputs as `output --json` prints them (schema/output.schema.json), with a line break at the end. */
export function outputsJson(stack: string, outputs: readonly Told[]): string {
  return `${legibleJson({ formatVersion: 1, stack, outputs: outputMembers(outputs) }, 2)}\n`
}

/** By name; a value that is hidden or not known is null. */
export function outputMembers(outputs: readonly Told[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    outputs.map(({ name, value, sensitive, unknown }) => [
      name,
      { value: value ?? null, ...(sensitive && { sensitive }), ...(unknown !== undefined && { unknown }) },
    ]),
  )
}
