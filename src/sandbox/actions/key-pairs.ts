import { checkId, newId, notFound, resourceKinds } from '../model/ids.js'
import { createKeyMaterial, importKeyMaterial, type KeyMaterial, type KeyPair } from '../model/key-pair.js'
import { quotas } from '../model/quotas.js'
import { readTagSpecifications, type Tags } from '../model/tags.js'
import { renderTags } from '../render/tags.js'
import { ApiError, invalidValue } from '../wire/api-error.js'
import type { FilterTable } from '../wire/filter.js'
import {
  blob,
  boolean,
  filterList,
  list,
  oneOf,
  oneOfMore,
  required,
  string,
  tagSpecifications,
} from '../wire/shape.js'
import { noteCreation } from '../world/visibility.js'
import type { World } from '../world/world.js'
import { defineAction } from './action.js'
import { describeRecords } from './describe.js'

export const createKeyPair = defineAction({
  name: 'CreateKeyPair',
  effect: 'writes',
  members: {
    KeyName: required(string),
    KeyType: oneOf('rsa', 'ed25519'),
    KeyFormat: oneOfMore(['pem'], ['ppk']),
    TagSpecification: tagSpecifications,
  },
  run: async ({ KeyName, KeyType, TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['key-pair'])
    checkName(world, KeyName)
    const material = await createKeyMaterial(KeyType ?? 'rsa')
    // Somebody else may have taken the name meanwhile.
    checkName(world, KeyName)
    return { ...renderNew(world, store(world, KeyName, material, tags['key-pair'])), keyMaterial: material.privateKey }
  },
})

export const importKeyPair = defineAction({
  name: 'ImportKeyPair',
  effect: 'writes',
  members: { KeyName: required(string), PublicKeyMaterial: required(blob), TagSpecification: tagSpecifications },
  run: ({ KeyName, PublicKeyMaterial, TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['key-pair'])
    checkName(world, KeyName)
    const material = importKeyMaterial(PublicKeyMaterial.toString())
    return renderNew(world, store(world, KeyName, material, tags['key-pair']))
  },
})

function checkName(world: World, name: string): void {
  if (name.length > 255) throw invalidValue('Key pair names are at most 255 characters long')
  if (world.keyPairs.withKey(name).length > 0) {
    throw new ApiError('InvalidKeyPair.Duplicate', `The keypair already exists`)
  }
  if (world.keyPairs.size >= quotas.keyPairs)
    throw new ApiError('KeyPairLimitExceeded', 'You have reached the limit of key pairs.')
}

function store(world: World, name: string, material: KeyMaterial, tags: Tags): KeyPair {
  const { type, publicKey, fingerprint } = material
  const keyPair = world.keyPairs.put({
    id: newId('key'),
    sequence: world.nextSequence(),
    name,
    type,
    publicKey,
    fingerprint,
    createdAtMs: world.now(),
  })
  world.tags.put(keyPair.id, tags)
  noteCreation(world, keyPair.id)
  return keyPair
}

function renderNew(world: World, keyPair: KeyPair) {
  return {
    keyPairId: keyPair.id,
    keyName: keyPair.name,
    keyFingerprint: keyPair.fingerprint,
    tagSet: renderTags(world.tags.get(keyPair.id)),
  }
}

/** Deleting a key pair that does not exist succeeds; instances keep the key that they were launched with. */
export const deleteKeyPair = defineAction({
  name: 'DeleteKeyPair',
  effect: 'writes',
  members: { KeyName: string, KeyPairId: string },
  run: ({ KeyName, KeyPairId }, world) => {
    if (KeyName === undefined && KeyPairId === undefined)
      throw new ApiError('MissingParameter', 'The request must contain the parameter KeyName')
    if (KeyPairId !== undefined) checkId(resourceKinds.keyPair, KeyPairId)
    const keyPair = KeyPairId === undefined ? world.keyPairs.withKey(KeyName ?? '')[0] : world.keyPairs.get(KeyPairId)
    if (keyPair) {
      world.keyPairs.delete(keyPair.id)
      world.tags.delete(keyPair.id)
    }
    return { return: true, keyPairId: keyPair?.id }
  },
})

const keyPairFilters: FilterTable<KeyPair> = {
  fingerprint: ({ fingerprint }) => fingerprint,
  'key-name': ({ name }) => name,
  'key-pair-id': ({ id }) => id,
}

export const describeKeyPairs = defineAction({
  name: 'DescribeKeyPairs',
  effect: 'reads',
  members: { KeyName: list(string), KeyPairId: list(string), IncludePublicKey: boolean, Filter: filterList },
  run: (parameters, world) => {
    const { KeyName: names = [] } = parameters
    const missing = names.filter((name) => world.keyPairs.withKey(name).length === 0)
    if (missing.length > 0) throw notFound(resourceKinds.keyPair, missing)
    const { items } = describeRecords(world, {
      action: 'DescribeKeyPairs',
      kind: resourceKinds.keyPair,
      source: world.keyPairs,
      ids: parameters.KeyPairId,
      request: { Filter: parameters.Filter },
      filters: keyPairFilters,
      hidden: ({ name }) => names.length > 0 && !names.includes(name),
    })
    const keySet = items.map((keyPair) => ({
      ...renderNew(world, keyPair),
      keyType: keyPair.type,
      createTime: new Date(keyPair.createdAtMs),
      publicKey: parameters.IncludePublicKey === true ? `${keyPair.publicKey} ${keyPair.name}\n` : undefined,
    }))
    return { keySet }
  },
})
