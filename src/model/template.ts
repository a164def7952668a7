import { hiddenValue } from '../core/masking.js'
import type { Address } from './address.js'
import { elasticIpOf } from './kinds/elastic-ip.js'

/** What `${server.boot.privateIp}` can name; `id` works on servers, volumes and security groups, `dnsName` on load balancers. */
export const referenceProperties = [
  'id',
  'privateIp',
  'publicIp',
  'elasticIp',
  'privateDns',
  'publicDns',
  'zone',
  'dnsName',
] as const
export type ReferenceProperty = (typeof referenceProperties)[number]

export interface Reference {
  readonly address: Address
  readonly property: ReferenceProperty
}

/** A sensitive variable in a text: its value comes in when the text is rendered, and stands in no specification or plan. */
export interface Secret {
  readonly secret: string
  /** What its declaration says; raised when what it stands in is to be done again with another value. */
  readonly version?: number
}

/** A text with references in it. Other variables are already replaced; a text without references has one string part. */
export interface Template {
  readonly parts: readonly (string | Reference | Secret)[]
}

/** A reference to the resource that knows its value. */
export interface Source {
  readonly address: Address
  readonly property: Exclude<ReferenceProperty, 'elasticIp'>
}

/** What the references in a template need to know, in order, repeated ones included. */
export function referencesIn(template: Template): readonly Source[] {
  return template.parts.flatMap((part) => (typeof part === 'string' || 'secret' in part ? [] : sourceOf(part)))
}

/** The names of the sensitive variables in a template, in order, repeated ones included. */
export function secretsIn(template: Template): readonly string[] {
  return template.parts.flatMap((part) => (typeof part === 'object' && 'secret' in part ? part.secret : []))
}

/** An elastic address is a resource of its own, which a stack file names by its server. */
function sourceOf({ address, property }: Reference): Source {
  return property === 'elasticIp' ? { address: elasticIpOf(address), property: 'publicIp' } : { address, property }
}

/**
 * The text with every reference replaced by what `lookup` says, and every sensitive variable by what `reveal` says of its name;
 * undefined when any of them is not known yet.
 */
export function renderTemplate(
  template: Template,
  lookup: (source: Source) => string | undefined,
  reveal: (secret: string) => string | undefined,
): string | undefined {
  let text = ''
  for (const part of template.parts) {
    const value = typeof part === 'string' ? part : 'secret' in part ? reveal(part.secret) : lookup(sourceOf(part))
    if (value === undefined) return undefined
    text += value
  }
  return text
}

/** The template as it stood in the file, for digests: of a sensitive variable its name and version alone. */
export function templateSource(template: Template): string {
  return textOf(template, ({ secret, version = 1 }) => `\${var.${secret}${version === 1 ? '' : `@${version}`}}`)
}

/** The template for people: `(sensitive)` stands where a sensitive variable does. */
export function templateShown(template: Template): string {
  return textOf(template, () => hiddenValue)
}

function textOf({ parts }: Template, secretText: (secret: Secret) => string): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      return 'secret' in part ? secretText(part) : `\${${part.address}.${part.property}}`
    })
    .join('')
}
