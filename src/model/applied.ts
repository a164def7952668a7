import { assert } from '../core/assert.js'
import { remembered } from '../core/remembered.js'
import { canonicalJson, digestOfText } from '../core/digest.js'
import { elasticIpAppliedKeys } from './kinds/elastic-ip.js'
import { imageAppliedKeys } from './kinds/image.js'
import { keyPairAppliedKeys } from './kinds/key-pair.js'
import { interfaceAppliedKeys } from './kinds/network-interface.js'
import { networkAppliedKeys } from './kinds/network.js'
import { placementGroupAppliedKeys } from './kinds/placement-group.js'
import { scalingGroupAppliedKeys } from './kinds/scaling-group.js'
import { loadBalancerAppliedKeys } from './kinds/load-balancer.js'
import { securityGroupAppliedKeys } from './kinds/security-group.js'
import { serverAppliedKeys } from './kinds/server.js'
import { volumeAppliedKeys } from './kinds/volume.js'
import { serverOptionKeys } from './launch/server-options.js'
import { tagKeys, type Tags } from './tags.js'

/**
 * What was last applied, one short digest for each property, in the tag `evenkeel:applied`:
 * `v1 image=3fa2c1 type=91bc02`. A property that the file does not mention has no entry, so that a property added to
 * the stack file's format later reads as "was not mentioned" on older resources.
 */
export type AppliedRecord = Readonly<Partial<Record<AppliedKey, string>>>

/** Keys in the tag, for each kind of resource that has one, one line each. */
export const appliedKeys = {
  keyPair: keyPairAppliedKeys,
  network: networkAppliedKeys,
  securityGroup: securityGroupAppliedKeys,
  image: imageAppliedKeys,
  placementGroup: placementGroupAppliedKeys,
  server: serverAppliedKeys,
  interface: interfaceAppliedKeys,
  elasticIp: elasticIpAppliedKeys,
  loadBalancer: loadBalancerAppliedKeys,
  scalingGroup: scalingGroupAppliedKeys,
  volume: volumeAppliedKeys,
} as const
export type AppliedKey = (typeof appliedKeys)[keyof typeof appliedKeys][number] | (typeof serverOptionKeys)[number]

/** Chosen: 24 bits. Two values that collide make a change of the file look like drift, and it is carried out all the same. */
const digestLength = 6
const valueLengthMax = 256
const formatMark = 'v1'
const wholeRecord = /^v1(?: [a-z]+=[0-9a-f]{6})*$/

/** What stands in a tag of its own (`evenkeel:options`): a tag's value has no room for all. */
const keysApart: ReadonlySet<string> = new Set(serverOptionKeys)

/** The whole record of a resource; undefined when its tag is missing or damaged. */
export function appliedOf(tags: Tags): AppliedRecord | undefined {
  const applied = parseApplied(tags[tagKeys.applied])
  const apart = tags[tagKeys.options] === undefined ? undefined : parseApplied(tags[tagKeys.options])
  return applied && apart ? { ...applied, ...apart } : applied
}

/** The tags for a record. */
export function appliedTags(record: AppliedRecord): Tags {
  if (!Object.keys(record).some((key) => keysApart.has(key))) return { [tagKeys.applied]: formatApplied(record) }
  const entries = Object.entries(record)
  const apart = entries.filter(([key]) => keysApart.has(key))
  const together = entries.filter(([key]) => !keysApart.has(key))
  return {
    [tagKeys.applied]: formatApplied(Object.fromEntries(together)),
    [tagKeys.options]: formatApplied(Object.fromEntries(apart)),
  }
}

/** Whether the tags are what `appliedTags` makes of a record without options; false where that is to be looked at. */
export function isRecordedAs(tags: Tags, record: AppliedRecord): boolean {
  const text = tags[tagKeys.applied]
  if (text === undefined || tags[tagKeys.options] !== undefined) return false
  const live = asWritten(text)
  if (live === null) return false
  let members = 0
  for (const key in record) {
    const digest = record[key as AppliedKey]
    if (digest === undefined) continue
    if (live.record[key as AppliedKey] !== digest || keysApart.has(key)) return false
    members += 1
  }
  return members === live.members
}

/** The record in a text that is just as `formatApplied` writes it. */
const asWritten = remembered((text): { readonly record: AppliedRecord; readonly members: number } | null => {
  const record = parseApplied(text)
  return record && formatApplied(record) === text ? { record, members: Object.keys(record).length } : null
})

/** The record in a tag's value; undefined when the tag is missing or damaged. */
export function parseApplied(value: string | undefined): AppliedRecord | undefined {
  return value === undefined ? undefined : (knownRecord(value) ?? undefined)
}

/** Many resources of a stack have one and the same record. */
const knownRecord = remembered((value): AppliedRecord | null => {
  if (!wholeRecord.test(value)) return null
  const record: Record<string, string> = {}
  for (const entry of value.split(' ').slice(1)) {
    const equals = entry.indexOf('=')
    record[entry.slice(0, equals)] = entry.slice(equals + 1)
  }
  return Object.freeze(record)
})

/** The tag's value for a record, keys sorted: equal records give equal text. */
export function formatApplied(record: AppliedRecord): string {
  let value = formatMark
  for (const key of Object.keys(record).sort()) {
    const digest = record[key as AppliedKey]
    if (digest !== undefined) value += ` ${key}=${digest}`
  }
  assert(value.length <= valueLengthMax, `the applied tag is ${value.length} characters long: ${value}`)
  return value
}

/** Digests what the file says about a property; undefined for what it does not say. */
export type Digester = (word: unknown) => string | undefined

/** A digester that remembers: most properties of a large stack have few different values. */
export function createDigester(): Digester {
  // By the word itself: to write down what is no object takes longer than to look it up. An object is known by its JSON.
  const known = new Map<unknown, string>()
  const ofJson = remembered((text) => digestOfText(text, digestLength))
  return (word) => {
    if (word === undefined) return undefined
    if (typeof word === 'object') return ofJson(canonicalJson(word))
    let digest = known.get(word)
    if (digest === undefined) {
      digest = digestOfText(JSON.stringify(word), digestLength)
      known.set(word, digest)
    }
    return digest
  }
}

/** The entries of `record` under `keys`. */
export function pickApplied(record: AppliedRecord | undefined, keys: readonly AppliedKey[]): AppliedRecord {
  const picked: Partial<Record<AppliedKey, string>> = {}
  if (!record) return picked
  for (const key of keys) {
    const digest = record[key]
    if (digest !== undefined) picked[key] = digest
  }
  return picked
}
