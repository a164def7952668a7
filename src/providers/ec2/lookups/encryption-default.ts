import { isOfClass } from '../errors/provider-errors.js'
import type { Ec2Api } from '../wire/api.js'

/** Whether the account encrypts every new volume of the region; undefined where it may not be asked, or the endpoint does not know. */
export async function readEncryptionDefault(api: Ec2Api): Promise<boolean | undefined> {
  try {
    return (await api.call('GetEbsEncryptionByDefault', {})).EbsEncryptionByDefault
  } catch (error) {
    if (isOfClass(error, 'permission', 'bad-request')) return undefined
    throw error
  }
}
