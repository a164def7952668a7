import { memberOf, parseBatch } from '../../../model/launch/batch.js'
import { tagKeys } from '../../../model/tags.js'
import { tagsOf, type TaggedItem } from './tag-lists.js'

/**
 * The text of the address that tags name, be it one; undefined where they name none. An instance that was launched with others
 * carries the batch until its own address is written on it: the launch index says which of them it is.
 */
export function taggedAddress({ Tags, AmiLaunchIndex }: TaggedItem): string | undefined {
  const text = tagsOf(Tags)[tagKeys.address]
  const batch = AmiLaunchIndex === undefined ? undefined : parseBatch(text)
  return batch === undefined || AmiLaunchIndex === undefined ? text : (memberOf(batch, AmiLaunchIndex) ?? text)
}
