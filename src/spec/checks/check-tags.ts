import { kinds, resourceKinds, type ResourceKind } from '../../model/kinds/kinds.js'
import { ownTagsMax, tagsMax, userTagsMax } from '../../model/kinds/own-tags.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import type { Path } from '../problem.js'
import type { TagsShape } from '../shape/stack-shape.generated.js'
import { syncRecordsOf } from './sync-records.js'

/** EC2 API, "Tag restrictions": Unicode characters. */
const keyLengthMax = 128
const valueLengthMax = 256

const reserved: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^aws:/i, why: 'keys that begin with aws: are reserved by AWS' },
  { pattern: /^evenkeel:/i, why: 'keys that begin with evenkeel: are how evenkeel finds its resources' },
  { pattern: /^Name$/, why: '`Name` is <stack>/<name>, set by evenkeel' },
]

/** Reports tags that EC2 refuses, or that evenkeel keeps for itself. */
export function checkTags(context: Context): void {
  const shared = Object.keys(context.stack.tags ?? {})
  checkKeys(context, ['tags'], context.stack.tags)
  if (shared.length > userTagsMax) {
    const message = `${shared.length} tags are too many: a resource takes at most ${userTagsMax} beside those of evenkeel`
    return reportAt(context, ['tags'], 'key')({ code: 'SPEC_BAD_TAG', message })
  }
  const records = syncRecordsOf(context)
  for (const kind of resourceKinds) {
    const facts = kinds[kind]
    if (!('section' in facts)) continue
    const { section } = facts
    for (const [name, entry] of context[section]) {
      const own = entry && 'tags' in entry ? entry.tags : undefined
      checkKeys(context, [section, name, 'tags'], own)
      const total = !own ? shared.length : new Set([...shared, ...Object.keys(own)]).size
      const room = roomOf(kind, records.get(`${kind}.${name}`) ?? 0)
      if (total > room)
        context.report({ ...tooMany(section, total, room), path: placeOf(section, name, own), at: 'key' })
    }
  }
}

/** How many tags of the user's own a resource takes. */
function roomOf(kind: ResourceKind, records: number): number {
  const own = ownTagsMax[kind]
  return own === undefined ? Number.POSITIVE_INFINITY : Math.min(userTagsMax, tagsMax - own - records)
}

function tooMany(section: string, total: number, room: number) {
  const message = `${total} tags are too many: an entry of \`${section}\` takes ${room} here, beside those of evenkeel`
  const hint = `EC2 takes ${tagsMax} on a resource; some are needed to tell whose it is, and one for each sync rule that writes to it`
  return { code: 'SPEC_BAD_TAG', message, hint } as const
}

/** At the entry's own tags, else at the stack's, which are the ones that are too many. */
function placeOf(section: string, name: string, own: TagsShape | undefined): Path {
  return own && Object.keys(own).length > 0 ? [section, name, 'tags'] : ['tags']
}

function checkKeys(context: Context, path: Path, tags: TagsShape | undefined): void {
  if (!tags) return
  for (const [key, value] of Object.entries(tags)) {
    const mistake = reserved.find(({ pattern }) => pattern.test(key))?.why ?? lengthMistake(key, value)
    if (mistake !== undefined) reportAt(context, [...path, key], 'key')({ code: 'SPEC_BAD_TAG', message: mistake })
  }
}

function lengthMistake(key: string, value: string | undefined): string | undefined {
  if (key === '') return 'a tag needs a key'
  if (isLonger(key, keyLengthMax)) return `the key of a tag has at most ${keyLengthMax} characters`
  if (isLonger(value ?? '', valueLengthMax)) return `the value of a tag has at most ${valueLengthMax} characters`
  return undefined
}

/** A character takes one place or two in a text. */
function isLonger(text: string, charactersMax: number): boolean {
  return text.length > charactersMax && [...text].length > charactersMax
}
