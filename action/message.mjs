/** GitHub takes 65,536 characters; evenkeel's Markdown keeps to 60,000 by itself. */
const lengthMax = 65_000

const errorLengthMax = 10_000

/**
 * A comment or the text of an issue, that is found again by one of its first two lines: evenkeel's own, which names the stack, and
 * this action's, which names what the job is about, for a run that came to no stack.
 */
export function messageOf(kind, { stacks, varFiles, target }, { stdout, stderr }) {
  const about = [...stacks, ...varFiles, target]
    .filter((word) => word !== '')
    .map(encodeURIComponent)
    .join('+')
  const [first = '', ...rest] = stdout.split('\n')
  const named = /^<!-- evenkeel:(?:plan|drift) stack=([a-z0-9-]+) -->$/.exec(first)
  const ours = `<!-- evenkeel:${kind} of=${about} -->`
  const text = stdout.trim() === '' ? failureText(kind, stderr) : named ? rest.join('\n') : stdout
  return {
    /** What people call it. */
    subject: named?.[1] ?? (stacks.join(' ') || 'the stack'),
    markers: named ? [first, ours] : [ours],
    text: text.trim(),
    /** With a last line of its own, and never more than the platform takes. */
    body(last) {
      const head = [...this.markers, '', ''].join('\n')
      const foot = `\n\n${last}`
      return `${head}${cut(this.text, lengthMax - head.length - foot.length)}${foot}`
    },
  }
}

/**
 * Whether somebody's text is such a message: one of the first two lines, and its writer. What merely cites a marker is none, nor is
 * one about other files or another target: a stack's name may stand for one in each region.
 */
export function isSame({ body, user }, markers, author) {
  const lines = (body ?? '').split(/\r?\n/, 2)
  const about = lines.find((line) => /^<!-- evenkeel:(?:plan|drift) of=\S* -->$/.test(line))
  const isOurs = about === undefined ? lines.some((line) => markers.includes(line)) : markers.includes(about)
  return user?.login === author && isOurs
}

/** Text of others in a block that nothing in it ends. */
export function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${cut(text.trimEnd(), errorLengthMax)}\n${fence}`
}

function failureText(kind, stderr) {
  return `### ${kind === 'plan' ? 'No plan' : 'Drift is not known'}\n\n${fenced(stderr)}`
}

function cut(text, length) {
  if (text.length <= length) return text
  const start = text.slice(0, length - 20)
  return `${start.slice(0, start.lastIndexOf('\n') + 1)}… and more`
}
