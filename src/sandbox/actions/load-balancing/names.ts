import { mergeTags, noTags, type Tags } from '../../model/tags.js'
import { ApiError } from '../../wire/api-error.js'

/** Names of balancers and target groups (ELB API reference, CreateLoadBalancer and CreateTargetGroup). */
export function checkName(what: 'Load balancer' | 'Target group', name: string): string {
  const wrong = (why: string) => new ApiError('ValidationError', `${what} name '${name}' ${why}`)
  if (name.length > 32) throw wrong("cannot be longer than '32' characters")
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw wrong('can only contain characters that are alphanumeric characters and hyphens(-)')
  if (/^-|-$/.test(name)) throw wrong('cannot begin or end with hyphen(-)')
  if (what === 'Load balancer' && name.startsWith('internal-')) throw wrong("cannot start with 'internal-'")
  return name
}

/** Narrower than EC2's (ELB API reference, Tag). */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

export function readTagList(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
  before: Tags = noTags,
): Tags {
  const added: Record<string, string> = {}
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (key === '' || key.length > 128 || value.length > 256 || !tagText.test(key) || !tagText.test(value)) {
      throw new ApiError('ValidationError', `Tag '${key}' with value '${value}' is not valid`)
    }
    if (/^aws:/i.test(key)) throw new ApiError('ValidationError', `Tag keys cannot begin with 'aws:': '${key}'`)
    if (Object.hasOwn(added, key))
      throw new ApiError('DuplicateTagKeys', `The tag key '${key}' is given more than once`)
    added[key] = value
  }
  try {
    return mergeTags(before, added)
  } catch {
    throw new ApiError('TooManyTags', 'The maximum number of tags on a resource has been reached')
  }
}
