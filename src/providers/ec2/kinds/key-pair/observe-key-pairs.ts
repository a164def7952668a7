import type { KeyPairInfo } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import type { LiveKeyPair } from '../../../../model/kinds/key-pair.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf } from '../../wire/pages.js'

const knownKeyPairs: KnownItems<KeyPairInfo> = {
  prefix: 'key',
  idOf: ({ KeyPairId }) => KeyPairId,
  readByIds: async (api, KeyPairIds) =>
    (await api.call('DescribeKeyPairs', { KeyPairIds, IncludePublicKey: true }, { isAbsenceBelieved: true })).KeyPairs,
}

/** DescribeKeyPairs knows no pages. */
export async function describeKeyPairs(api: Ec2Api, query: CloudQuery): Promise<readonly KeyPairInfo[]> {
  const output = await api.call('DescribeKeyPairs', {
    Filters: filtersOf([{ Name: `tag:${tagKeys.stack}`, Values: [query.stack] }]),
    IncludePublicKey: true,
  })
  return withKnown(api, query, output.KeyPairs ?? [], knownKeyPairs)
}

export function keyPairFacts(
  described: { readonly keyPair: readonly KeyPairInfo[] },
  census: Census,
): Pick<CloudFacts, 'keyPairs'> {
  const keyPairs = described.keyPair.flatMap((keyPair) => {
    const address = census.addressOf('keyPair', keyPair.KeyPairId, keyPair)
    return address === undefined ? [] : liveKeyPair(keyPair, address)
  })
  return { keyPairs: sortedByAddress(keyPairs) }
}

export function liveKeyPair(keyPair: KeyPairInfo, address: Address): LiveKeyPair {
  return {
    address,
    id: keyPair.KeyPairId ?? '',
    ...(keyPair.CreateTime && { createdAt: keyPair.CreateTime.toISOString() }),
    tags: tagsOf(keyPair.Tags),
    keyName: keyPair.KeyName ?? '',
    publicKey: keyPair.PublicKey === undefined ? undefined : publicKeyWithoutComment(keyPair.PublicKey),
  }
}

/** `ssh-ed25519 AAAA… somebody@somewhere` -> `ssh-ed25519 AAAA…`; undefined for an empty text. */
export function publicKeyWithoutComment(text: string): string | undefined {
  const [type, material] = text.trim().split(/\s+/)
  return material === undefined ? undefined : `${type} ${material}`
}
