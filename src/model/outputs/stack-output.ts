import { referencesIn, renderTemplate, secretsIn, type Source, type Template } from '../template.js'

/** What others want to know of a stack, by a name. */
export interface OutputSpec {
  readonly name: string
  /** A text, or a list of texts. */
  readonly value: Template | readonly Template[]
}

export type OutputValue = string | readonly string[]

/** An output as it is shown: without a value where that is hidden, or not known. */
export interface ShownOutput {
  readonly name: string
  readonly value?: OutputValue
  /** A sensitive variable stands in it. */
  readonly sensitive?: true
  /** What it says of which nothing is known, each once. */
  readonly lacking?: readonly Source[]
}

/** The names of the sensitive variables in an output. */
export function secretsOfOutput({ value }: OutputSpec): readonly string[] {
  return templatesOf(value).flatMap(secretsIn)
}

/** What the references in an output name. */
export function sourcesOfOutput({ value }: OutputSpec): readonly Source[] {
  return templatesOf(value).flatMap(referencesIn)
}

/**
 * An output with what `lookUp` knows, and what `reveal` says of its sensitive variables; without `reveal` what has any is
 * hidden.
 */
export function shownOutput(
  { name, value }: OutputSpec,
  lookUp: (source: Source) => string | undefined,
  reveal?: (secret: string) => string | undefined,
): ShownOutput {
  const lacking: Source[] = []
  const noted = (source: Source) => {
    const found = lookUp(source)
    const isTold = lacking.some(({ address, property }) => address === source.address && property === source.property)
    if (found === undefined && !isTold) lacking.push(source)
    // What is missing is looked for to the end.
    return found ?? ''
  }
  const secret = secretsOfOutput({ name, value }).length > 0
  const texts = templatesOf(value).map((template) => renderTemplate(template, noted, reveal ?? (() => '')) ?? '')
  const told = { name, ...(secret && { sensitive: true as const }) }
  if (lacking.length > 0) return { ...told, lacking }
  if (secret && !reveal) return told
  return { ...told, value: 'parts' in value ? (texts[0] ?? '') : texts }
}

function templatesOf(value: OutputSpec['value']): readonly Template[] {
  return 'parts' in value ? [value] : value
}
