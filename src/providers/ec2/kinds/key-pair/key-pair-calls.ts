import type { KeyPairInfo } from '@aws-sdk/client-ec2'
import type { KeyPairCloud, Owned } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen, sameOwner, vouchFor } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import { filtersOf } from '../../wire/pages.js'
import { publicKeyWithoutComment } from './observe-key-pairs.js'

type ImportRequest = Parameters<KeyPairCloud['importKeyPair']>[0]

/** How key pairs come and go. */
export function createKeyPairCalls(api: Ec2Api): KeyPairCloud {
  return {
    importKeyPair: async (request) => {
      try {
        const output = await api.call('ImportKeyPair', {
          KeyName: request.keyName,
          PublicKeyMaterial: Buffer.from(request.publicKey, 'utf8'),
          TagSpecifications: [{ ResourceType: 'key-pair', Tags: tagListOf(request.tags) }],
        })
        return noted(output.KeyPairId, request)
      } catch (error) {
        if (!hasAwsCode(error, 'InvalidKeyPair.Duplicate')) throw error
        return noted(await adopt(request, error), request)
      }
    },

    deleteKeyPair: async ({ id, owner }: Owned) => {
      const vouched = await vouchFor(api, id, owner, readKeyPair)
      if (vouched === undefined) return 'unchanged'
      try {
        await api.call('DeleteKeyPair', { KeyPairId: id }, { seen: true, confirm: vouched.confirm })
      } catch (error) {
        if (!isOfClass(error, 'absent')) throw error
      }
      api.young.forget(id)
      return 'done'
    },
  }

  function noted(id: string | undefined, { keyName }: ImportRequest) {
    api.young.note(id ?? '')
    api.young.note(keyName)
    return { id: id ?? '' }
  }

  /** The pair of that name, when an attempt whose answer was lost made it: our tags, and the same key. */
  async function adopt(request: ImportRequest, cause: unknown): Promise<string | undefined> {
    const found = await lookUntilSeen(api, () => readByName(request.keyName))
    const tags = tagsOf(found?.Tags)
    if (found && sameOwner(tags, request.tags)) {
      if (publicKeyWithoutComment(found.PublicKey ?? '') === publicKeyWithoutComment(request.publicKey)) {
        return found.KeyPairId
      }
      throw providerError('EC2_CONFLICT', 'conflict', `the key pair ${request.keyName} holds another key`, {
        hint: 'plan again: the plan will replace it',
        action: 'ImportKeyPair',
        cause,
      })
    }
    throw providerError(
      'EC2_CONFLICT',
      'conflict',
      `a key pair named ${request.keyName} exists already, and it is not ours`,
      { hint: 'delete or rename it in EC2, or rename the stack or the entry', action: 'ImportKeyPair', cause },
    )
  }

  async function readByName(keyName: string): Promise<KeyPairInfo | undefined> {
    const output = await api.call('DescribeKeyPairs', {
      Filters: filtersOf([{ Name: 'key-name', Values: [keyName] }]),
      IncludePublicKey: true,
    })
    return output.KeyPairs?.find(({ KeyName }) => KeyName === keyName)
  }
}

export async function readKeyPair(api: Ec2Api, id: string): Promise<KeyPairInfo | undefined> {
  const output = await api.call('DescribeKeyPairs', { KeyPairIds: [id] })
  // An endpoint that does not know the filter answers with all of them.
  return output.KeyPairs?.find(({ KeyPairId }) => KeyPairId === id)
}
