/** Chosen: a longer pattern was written by nobody. */
const charactersMax = 1000

/**
 * Whether a pattern matches a path or the name of a stack: `*` any characters within a part, `?` one of them, `**` any parts, and
 * none. `/` ends a part, and so does the `:` behind the name of a repository. Takes time by the product of both lengths, whatever
 * stands in them: patterns come from the page, too.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  return pattern.length <= charactersMax && reached(partsOf(pattern), partsOf(path)).at(-1) === true
}

/** Whether a pattern may match something below a folder. */
export function mayMatchBelow(pattern: string, folder: string): boolean {
  const parts = partsOf(pattern)
  const after = reached(parts, partsOf(folder))
  // Something more has to follow: all but the end will do, and the end where it is `**`.
  return after.some((isReached, index) => isReached && (index < parts.length || parts[index - 1] === '**'))
}

/** What is wrong with a pattern, and what helps; undefined: nothing. */
export function mistakeInPattern(pattern: string): { readonly message: string; readonly hint: string } | undefined {
  const parts = pattern.split('/')
  const found = mistakes.find(({ holds }) => holds(pattern, parts))
  return found && { message: found.message, hint: found.hint }
}

const mistakes: readonly {
  readonly holds: (pattern: string, parts: readonly string[]) => boolean
  readonly message: string
  readonly hint: string
}[] = [
  {
    holds: (pattern) => pattern.length > charactersMax,
    message: 'this pattern is too long',
    hint: `at most ${charactersMax} characters`,
  },
  {
    holds: (pattern) => pattern.includes('\\'),
    message: 'a pattern has / between its parts',
    hint: 'no character is escaped: * and ? are never meant as they stand',
  },
  {
    holds: (pattern) => pattern.startsWith('/') || pattern.startsWith('~') || /^[A-Za-z]:\//.test(pattern),
    message: 'a pattern begins in its own folder, and leads nowhere else',
    hint: 'write it without the path of the folder: stacks/**/*.stack.yaml',
  },
  {
    holds: (_pattern, parts) => parts.some((part) => part === '..' || part === '.'),
    message: 'a pattern never leads out of its folder',
    hint: 'write no . and no .. in it; what lies elsewhere has a fleet.yaml, or a repository, of its own',
  },
  {
    holds: (pattern, parts) => pattern === '' || parts.includes(''),
    message: 'a pattern has something between every two /',
    hint: 'all that lies in a folder is folder/**',
  },
  {
    holds: (pattern) => /[[\]{}()]/.test(pattern),
    message: 'a pattern has no brackets',
    hint: 'it knows *, ** and ?; write several patterns',
  },
  {
    holds: (_pattern, parts) => parts.some((part) => part.replace(/^[^:]*:/, '') !== '**' && part.includes('**')),
    message: '`**` is a part by itself',
    hint: 'prod/** is all below prod; prod* is every part that begins so',
  },
]

function partsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/[/:]/)
}

/** How many parts of the pattern may be used up by all parts of the path: the last one says whether the whole matches. */
function reached(pattern: readonly string[], path: readonly string[]): readonly boolean[] {
  let now = skipping(pattern, [true, ...pattern.map(() => false)])
  for (const part of path) {
    const next = now.map(
      (isReached, index) =>
        (isReached && pattern[index - 1] === '**') ||
        (index > 0 && now[index - 1] === true && matchesPart(pattern[index - 1] ?? '', part)),
    )
    now = skipping(pattern, next)
  }
  return now
}

/** `**` may stand for no part at all. */
function skipping(pattern: readonly string[], reached: readonly boolean[]): readonly boolean[] {
  const after = [...reached]
  pattern.forEach((part, index) => {
    if (part === '**' && after[index]) after[index + 1] = true
  })
  return after
}

/** Goes back to the last `*` alone, which gives what it took to one character more. */
function matchesPart(pattern: string, part: string): boolean {
  if (pattern === '**') return true
  let [at, from] = [0, 0]
  let star: { readonly at: number; from: number } | undefined
  while (from < part.length) {
    if (pattern[at] === '*') {
      star = { at, from }
      at += 1
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === part[from])) {
      at += 1
      from += 1
    } else if (star) {
      star.from += 1
      from = star.from
      at = star.at + 1
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}
