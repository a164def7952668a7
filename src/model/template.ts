import type { Address } from './address.js'
import { elasticIpOf } from './kinds/elastic-ip.js'

/** What `${server.boot.privateIp}` can name; `id` works on servers, volumes and security groups. */
export const referenceProperties = ['id', 'privateIp', 'publicIp', 'elasticIp', 'zone'] as const
export type ReferenceProperty = (typeof referenceProperties)[number]

export interface Reference {
  readonly address: Address
  readonly property: ReferenceProperty
}

/** A text with references in it. Variables are already replaced; a text without references has one string part. */
export interface Template {
  readonly parts: readonly (string | Reference)[]
}

/** A reference to the resource that knows its value. */
export interface Source {
  readonly address: Address
  readonly property: Exclude<ReferenceProperty, 'elasticIp'>
}

/** What the references in a template need to know, in order, repeated ones included. */
export function referencesIn(template: Template): readonly Source[] {
  return template.parts.flatMap((part) => (typeof part === 'string' ? [] : sourceOf(part)))
}

/** An elastic address is a resource of its own, which a stack file names by its server. */
function sourceOf({ address, property }: Reference): Source {
  return property === 'elasticIp' ? { address: elasticIpOf(address), property: 'publicIp' } : { address, property }
}

/** The text with every reference replaced by what `lookup` says; undefined when any of them is not known yet. */
export function renderTemplate(template: Template, lookup: (source: Source) => string | undefined): string | undefined {
  let text = ''
  for (const part of template.parts) {
    const value = typeof part === 'string' ? part : lookup(sourceOf(part))
    if (value === undefined) return undefined
    text += value
  }
  return text
}

/** The template as it stood in the file, for reports and digests. */
export function templateSource(template: Template): string {
  return template.parts
    .map((part) => (typeof part === 'string' ? part : `\${${part.address}.${part.property}}`))
    .join('')
}
