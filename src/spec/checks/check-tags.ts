import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import type { Path } from '../problem.js'
import { sectionNames } from '../sections.js'
import type { TagsShape } from '../shape/stack-shape.generated.js'

/** EC2 API, "Tag restrictions": Unicode characters. */
const keyLengthMax = 128
const valueLengthMax = 256
/** EC2 allows 50 on a resource; evenkeel needs up to ten of them for itself. */
const tagsMax = 40

const reserved: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^aws:/i, why: 'keys that begin with aws: are reserved by AWS' },
  { pattern: /^evenkeel:/i, why: 'keys that begin with evenkeel: are how evenkeel finds its resources' },
  { pattern: /^Name$/, why: '`Name` is <stack>/<name>, set by evenkeel' },
]

/** Reports tags that EC2 refuses, or that evenkeel keeps for itself. */
export function checkTags(context: Context): void {
  const shared = context.stack.tags
  checkOwn(context, ['tags'], shared)
  for (const section of sectionNames) {
    for (const [name, entry] of context[section]) {
      if (!entry || !('tags' in entry) || !entry.tags) continue
      checkOwn(context, [section, name, 'tags'], entry.tags, Object.keys(shared ?? {}))
    }
  }
}

function checkOwn(context: Context, path: Path, tags: TagsShape | undefined, inherited: readonly string[] = []): void {
  if (!tags) return
  for (const [key, value] of Object.entries(tags)) {
    const mistake = reserved.find(({ pattern }) => pattern.test(key))?.why ?? lengthMistake(key, value)
    if (mistake !== undefined) reportAt(context, [...path, key], 'key')({ code: 'SPEC_BAD_TAG', message: mistake })
  }
  const total = new Set([...inherited, ...Object.keys(tags)]).size
  if (total <= tagsMax || inherited.length > tagsMax) return
  const message = `${total} tags are too many: a resource takes ${tagsMax} beside those of evenkeel`
  reportAt(context, path, 'key')({ code: 'SPEC_BAD_TAG', message })
}

function lengthMistake(key: string, value: string | undefined): string | undefined {
  if (key === '') return 'a tag needs a key'
  if ([...key].length > keyLengthMax) return `the key of a tag has at most ${keyLengthMax} characters`
  if ([...(value ?? '')].length > valueLengthMax) return `the value of a tag has at most ${valueLengthMax} characters`
  return undefined
}
