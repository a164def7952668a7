/** What would end an element, a script or a line, turn the writing round, or be obeyed by a terminal. */
const hostile = [
  '</script><img src=x onerror=alert(1)>',
  '"><iframe src="https://example.com/">',
  "' onmouseover='alert(2)",
  '\u202Egpj.exe',
  '\u001B[31mred\u0007',
  '<!-- --> ]]> &lt; &amp; {{x}} ${x}',
  'a\nb\r\nc',
  'x'.repeat(400),
]

const diffs = hostile.flatMap((text) => [
  { path: text, before: text, after: `${text}\nmore`, cause: 'drift', left: text, forcesReplacement: text },
  { path: text, before: [text, 'a'], after: [text, 'b'], cause: 'pending' },
])

/** What `plan --json` says, with such a text wherever a text may stand. */
export const hostilePlan = {
  kind: 'plan-view',
  formatVersion: 1,
  stack: hostile[0],
  complete: false,
  applyable: false,
  changes: hostile.map((text, index) => ({
    address: text,
    kind: ['create', 'update', 'replace', 'remove', 'adopt', 'none'][index % 6],
    reason: text,
    impact: ['none', 'restart', 'downtime', 'data-loss'][index % 4],
    diffs,
  })),
  steps: hostile.map((text, index) => ({
    id: text,
    kind: text,
    address: text,
    needs: hostile.slice(0, index),
    impact: 'none',
  })),
  problems: hostile.map((text) => ({
    severity: 'error',
    code: text,
    message: text,
    hint: text,
    address: text,
    location: { file: text, line: 1, column: 1 },
  })),
  unreadable: hostile.map((text) => ({ address: text, reason: text })),
  impossible: hostile.map((text) => ({ id: text, reason: text })),
}
