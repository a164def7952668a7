import { digestOfText } from '../../../core/digest.js'
import { rootEndOnRemove, type ServerSpec } from '../../../model/kinds/server.js'
import { referencesIn, templateShown, templateSource, type Template } from '../../../model/template.js'
import type { AppliedKey, AppliedRecord } from '../../../model/applied.js'
import { knownAfterApply, type DiffValue } from '../../../model/change.js'
import type { Property, Wishes } from '../../compare/comparison.js'
import { heededTags } from '../../../model/kinds/ignored-changes.js'
import { userTagsWord } from '../../compare/desired-tags.js'
import { optionProperties, optionWishes, optionWords } from './option-properties.js'
import { setupNotRun } from '../../compare/reasons.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { selectedImage } from '../../../model/kinds/image.js'
import { existingKey } from '../../../model/launch/existing.js'
import { existingGroup, existingKeyPair } from '../existing.js'
import { alternativeShown, isAlternative, type LaunchAlternative } from '../../../model/launch/alternatives.js'
import type { LiveImage } from '../../../model/launch/image.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import { freeEc2Name } from '../../../model/names.js'
import type { World } from '../../world.js'
import { subnetFor } from '../networks/network-subnets.js'
import { tagKeys } from '../../../model/tags.js'

/** What the file says of a server, as it is digested into the applied tag. */
export function serverWords(spec: ServerSpec): readonly { readonly key: AppliedKey; readonly word: unknown }[] {
  return [
    { key: 'image', word: spec.image },
    { key: 'type', word: withAlternatives(spec, spec.type, 'type') },
    { key: 'zone', word: withAlternatives(spec, spec.zone, 'zone') },
    { key: 'subnet', word: spec.subnet },
    { key: 'key', word: spec.keyPair },
    { key: 'group', word: groupsWord(spec) },
    { key: 'state', word: spec.state },
    { key: 'root', word: rootWord(spec) },
    { key: 'rootend', word: rootEndWord(spec) },
    { key: 'userdata', word: userDataWord(spec) },
    { key: 'protect', word: spec.protect ? true : undefined },
    { key: 'setup', word: setupWord(spec) },
    { key: 'user', word: spec.user },
    { key: 'tags', word: userTagsWord(heededTags(spec)) },
    ...optionWords(spec),
  ]
}

/** The properties that can be compared with a live server; what the file does not say is not compared. */
export function serverProperties(
  world: World,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
  canRunSetup: boolean,
): readonly Property<'server'>[] {
  const isTaken = isAlternative(spec, live)
  const properties: Property<'server'>[] = [
    {
      path: 'type',
      key: 'type',
      word: withAlternatives(spec, spec.type, 'type'),
      before: live.type,
      after: spec.type,
      equal: live.type === spec.type || isTaken,
    },
    { path: 'state', key: 'state', word: spec.state, before: runState(live), after: spec.state },
    {
      path: 'protect',
      key: 'protect',
      word: spec.protect ? true : undefined,
      before: live.tags[tagKeys.protect] === 'true',
      after: spec.protect,
    },
    {
      path: 'rootVolume.onRemove',
      key: 'rootend',
      word: rootEndWord(spec),
      before: live.tags[tagKeys.onRemove] ?? 'delete',
      after: rootEndOnRemove(spec),
    },
    groupsProperty(world, spec, live),
    ...optionProperties(spec, live, applied, world.live.placementGroupNames),
    ...priceProperty(world, spec, live, applied),
  ]
  if (spec.zone !== undefined) {
    properties.push({
      path: 'zone',
      key: 'zone',
      word: withAlternatives(spec, spec.zone, 'zone'),
      before: live.zone,
      after: spec.zone,
      equal: live.zone === spec.zone || isTaken,
    })
  }
  const subnet = subnetOf(world, spec)
  if (subnet) {
    properties.push({ path: 'subnet', key: 'subnet', word: spec.subnet, before: live.subnetId, after: subnet.id })
  }
  const setup = setupWord(spec)
  if (canRunSetup && setup !== undefined && applied) {
    properties.push({
      path: 'setup',
      key: 'setup',
      word: setup,
      before: applied.setup === undefined ? setupNotRun : '(as last run)',
      after: spec.setup.map(templateShown),
      equal: applied.setup === world.digest(setup),
    })
  }
  if (spec.onUserDataChange !== 'ignore' && applied) {
    properties.push({
      path: 'userData',
      key: 'userdata',
      word: userDataWord(spec),
      before: applied.userdata === undefined ? null : '(as sent before)',
      after: userDataValue(world, spec.userData),
      equal: applied.userdata === world.digest(userDataWord(spec)),
    })
  }
  return properties
}

/** A price that leaves the file, which is known by the record alone: EC2 takes the price on demand then. */
function priceProperty(
  world: World,
  { options }: ServerSpec,
  { options: live }: LiveServer,
  applied: AppliedRecord | undefined,
): readonly Property<'server'>[] {
  const word = options?.spot
  const before = live?.spot?.maxPrice
  if (!word || word.maxPrice !== undefined || before === undefined || applied?.spot === undefined) return []
  const equal = applied.spot === world.digest(word) || live?.spot?.interruption !== word.interruption
  return [{ path: 'spot.maxPrice', key: 'spot', word, before, after: '(the price on demand)', equal }]
}

/** What stands in the plan of a new server. */
export function serverWishes(
  world: World,
  spec: ServerSpec,
  image: LiveImage,
  zone: string | undefined,
): Wishes<'server'> {
  return {
    image: image.id === '' ? knownAfterApply : image.id,
    type: spec.type,
    zone,
    subnet: subnetOf(world, spec)?.id,
    keyPair: keyPairShown(world, spec),
    securityGroups: groupsShown(world, spec),
    alternatives: spec.alternatives?.map(alternativeShown),
    state: spec.state,
    'rootVolume.size': spec.rootVolume.sizeGiB,
    'rootVolume.type': spec.rootVolume.type,
    'rootVolume.onRemove': rootEndWord(spec),
    userData: userDataValue(world, spec.userData),
    protect: spec.protect ? true : undefined,
    setup: spec.setup.length === 0 ? undefined : spec.setup.map(templateShown),
    ...optionWishes(spec),
    ...Object.fromEntries(Object.entries(spec.tags).map(([key, value]) => [`tags.${key}`, value])),
  }
}

/** What the file says of its type or zone, with what it says may stand for that. */
function withAlternatives(
  { alternatives = [] }: ServerSpec,
  word: string | undefined,
  key: keyof LaunchAlternative,
): unknown {
  const others = alternatives.flatMap((one) => one[key] ?? [])
  return others.length === 0 ? word : [word ?? '', ...others]
}

export function imageOf(world: World, spec: Pick<ServerSpec, 'image'>): LiveImage | undefined {
  const { image } = spec
  const coming = image.kind === 'built' ? world.comingImages?.get(image.image) : undefined
  return coming ?? selectedImage(world.live.stack, image)
}

export function subnetOf(world: World, spec: ServerSpec): LiveSubnet | undefined {
  return spec.subnet && subnetFor(world, spec.subnet)
}

/** A key pair's name in EC2: that of the live one, else the one that it will get. */
export function keyNameOf(world: World, { keyPair, existingKeyPair: existing }: LaunchKey): string {
  const found = existing && existingKeyPair(world, existing)
  if (found) return found.keyName
  const live = world.live.keyPairs.get(keyPair)
  return live?.keyName ?? freeEc2Name(world.spec.stack, keyPair, new Set(world.live.keyPairsByName.keys()))
}

export type LaunchKey = Pick<ServerSpec, 'keyPair' | 'existingKeyPair'>

/** How reports call the key pair of a server. */
export function keyPairShown(world: World, { keyPair, existingKeyPair: existing }: LaunchKey): string {
  if (!existing) return keyPair
  const found = existingKeyPair(world, existing)
  return found ? `${found.keyName} (${found.id})` : existingKey(existing)
}

type Worn = Pick<ServerSpec, 'securityGroups' | 'existingGroups'>

/** Groups that the stack does not own are digested as the file names them. */
export function groupsWord({ securityGroups, existingGroups = [] }: Worn): readonly string[] {
  return existingGroups.length === 0 ? securityGroups : [...securityGroups, ...existingGroups.map(existingKey)]
}

/** The ids of the groups that a server has and the stack does not own; absent for none. */
function existingGroupIds(
  world: World,
  { existingGroups }: Pick<Worn, 'existingGroups'>,
): readonly string[] | undefined {
  return existingGroups?.map((selector) => existingGroup(world, selector)?.id ?? existingKey(selector))
}

/** The same as a step has them. */
export function existingIds(world: World, spec: Worn): { readonly existingGroupIds?: readonly string[] } {
  const ids = existingGroupIds(world, spec)
  return ids ? { existingGroupIds: [...new Set(ids)].sort() } : {}
}

/** As reports call them: those of the stack by address, others by id. */
export function groupsShown(world: World, spec: Worn): readonly string[] {
  const existing = existingGroupIds(world, spec)
  return existing ? [...new Set([...spec.securityGroups, ...existing])] : spec.securityGroups
}

export function rootWord(spec: ServerSpec): unknown {
  const { sizeGiB, type } = spec.rootVolume
  return sizeGiB === undefined && type === undefined ? undefined : { sizeGiB, type }
}

/** Not digested where it is the default: what was made before there was a choice reads as that. */
function rootEndWord({ rootVolume }: ServerSpec): 'snapshot' | undefined {
  return rootVolume.onRemove
}

export function userDataWord(spec: ServerSpec): string | undefined {
  return spec.userData && templateSource(spec.userData)
}

/** The set-up commands as they are recorded; undefined without any. */
export function setupWord(spec: ServerSpec): readonly string[] | undefined {
  return spec.setup.length === 0 ? undefined : spec.setup.map(templateSource)
}

/** `running` or `stopped`, whichever it is on its way to. */
export function runState(live: LiveServer): 'running' | 'stopped' {
  return live.state === 'running' || live.state === 'pending' ? 'running' : 'stopped'
}

function groupsProperty(world: World, spec: ServerSpec, live: LiveServer): Property<'server'> {
  const before = live.securityGroupIds.map((id) => world.live.groupsById.get(id)?.address ?? id).sort()
  const after = [...groupsShown(world, spec)].sort()
  return { path: 'securityGroups', key: 'group', word: groupsWord(spec), before, after }
}

/** User data may hold secrets, so plans show its size and digest alone. */
export function userDataValue(world: World, userData: Template | undefined): DiffValue {
  if (!userData) return null
  const open = referencesIn(userData).some(({ address }) => !world.live.resources.has(address))
  if (open) return knownAfterApply
  const source = templateSource(userData)
  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0)
  return `${lines} ${lines === 1 ? 'line' : 'lines'}, sha256 ${digestOfText(source, 12)}`
}
