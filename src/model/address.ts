import { assert } from '../core/assert.js'
import { remembered } from '../core/remembered.js'
import { resourceKinds, type ResourceKind } from './kinds/kinds.js'

declare const brand: unique symbol
/** `server.web[0]`, `volume.music`, `securityGroup.web`, `keyPair.deploy`, `placementGroup.rack`, `network.lab.a`, `image.golden`, `elasticIp.web[0]`, `interface.web.storage[0]`, `sync.library`, `archive.photos`. */
export type Address = string & { readonly [brand]: 'Address' }

/** `server.web[0-19]`: servers of one count that one call launches (launch/batch.ts). In the tags of that call it stands in place of an address. */
export type Batch = string & { readonly [brand]: 'Batch' }

export interface AddressParts {
  readonly kind: ResourceKind
  /** Of a part of a network with all names that lead to it: `lab.a.routes`. */
  readonly name: string
  /** Which of a server with `count`, from 0; absent without count. */
  readonly index: number | undefined
}

/** Names in a stack file: a lower-case letter, then lower-case letters, digits and dashes, at most 40 characters. */
export const namePattern = /^[a-z][a-z0-9-]{0,39}$/

const name = '[a-z][a-z0-9-]{0,39}'
const addressPattern = new RegExp(`^(${resourceKinds.join('|')})\\.(${name})(?:\\[(\\d{1,5})\\])?$`)
/** The parts of a network are called within it (kinds/network.ts). */
const partPattern = new RegExp(`^(network)\\.(${name}(?:\\.${name}){1,2})$`)
/** And the interfaces of a server within that (kinds/network-interface.ts). */
const interfacePattern = new RegExp(`^(interface)\\.(${name}\\.${name})(?:\\[(\\d{1,5})\\])?$`)

/** Builds an address; the parts must be valid. */
export function addressOf(kind: ResourceKind, name: string, index?: number): Address {
  const text = index === undefined ? `${kind}.${name}` : `${kind}.${name}[${index}]`
  assert(parseAddress(text), `not an address: ${text}`)
  return text as Address
}

/** The parts of an address, or undefined when the text is none. A plan asks for those of one address a dozen times. */
export function parseAddress(text: string): AddressParts | undefined {
  return knownParts(text) ?? undefined
}

const knownParts = remembered((text): AddressParts | null => {
  const match = addressPattern.exec(text) ?? partPattern.exec(text) ?? interfacePattern.exec(text)
  // An interface is called within a server, and never alone.
  if (!match || (match[1] === 'interface' && !match[2]?.includes('.'))) return null
  const [, kind, name = '', index] = match
  return { kind: kind as ResourceKind, name, index: index === undefined ? undefined : Number(index) }
})

/** Whether a text is an address. */
export function isAddress(text: string): text is Address {
  return parseAddress(text) !== undefined
}

/** `server.web[0]` -> `web[0]`: what people call it, and the second half of its `Name` tag. */
export function displayName(address: Address | Batch): string {
  return address.slice(address.indexOf('.') + 1)
}

/** Orders addresses for people: by kind, then name, then index as a number. */
export function compareAddresses(left: Address, right: Address): number {
  if (left === right) return 0
  const a = parseAddress(left)
  const b = parseAddress(right)
  assert(a && b, `not an address: ${a ? right : left}`)
  if (a.kind !== b.kind) return resourceKinds.indexOf(a.kind) - resourceKinds.indexOf(b.kind)
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return (a.index ?? -1) - (b.index ?? -1)
}
