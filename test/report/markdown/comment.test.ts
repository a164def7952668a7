import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../src/model/address.js'
import type { Change } from '../../../src/model/change.js'
import type { DriftReport } from '../../../src/model/drift-report.js'
import type { Plan } from '../../../src/model/plan.js'
import type { Problem } from '../../../src/model/plan-problem.js'
import { driftMarkdown } from '../../../src/report/drift/drift-markdown.js'
import { inert, inertCode, inertCodeInTable } from '../../../src/report/markdown/inert.js'
import { planMarkdown } from '../../../src/report/plan/plan-markdown.js'

const hostile = [
  '@team',
  'ping @org/team now',
  '<!-- evenkeel:plan stack=other -->',
  '--><script>alert(1)</script>',
  '</details></td></table><img src=x onerror=alert(1)>',
  '![x](https://evil.example/x.png)',
  '[click](javascript:alert(1))',
  'https://evil.example www.evil.example mail@evil.example',
  '| a | b |',
  'a\n| b | c | d | e |\n',
  '```\n````\n# heading',
  '`code` **bold** ~~gone~~ _so_ \\| \\\\|',
  '#12 GH-12 !12 $12 &12 ~bug &amp; &lt;b&gt; &#64;team',
  '\u001B[31mred\u0007 \u202Ereversed',
  '/close\n/assign @me',
  '$\\alpha$ :tada: [^1] [x]: http://evil.example',
]

describe('text of others in Markdown', () => {
  it.each(hostile)('%j is shown and not obeyed', (text) => {
    expectInert(text)
  })

  it('is shown and not obeyed, whatever it is', () => {
    fc.assert(fc.property(text(), expectInert), { numRuns: 300 })
  })

  it('calls nobody and refers to nothing', () => {
    const shown = shownText(inert('@team org/repo#12 https://evil.example www.evil.example GH-12 !12 &12 ~bug'))
    expect(shown).not.toMatch(/@\w|[#!&~]\w|:\/\/|www\.|GH-\d/)
  })
})

describe('a plan as a comment', () => {
  it('begins with the line by which it is found again', () => {
    expect(planMarkdown(planOf([])).split('\n')[0]).toBe('<!-- evenkeel:plan stack=music -->')
  })

  it('is a table of four columns and the text folded away, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(text(), { minLength: 1, maxLength: 8 }), (texts) => {
        const html = rendered(planMarkdown(planOf(texts.map(changeOf), texts.map(problemOf))))
        expect(strange(html)).toEqual([])
        expect(html.match(/<table>/g)).toHaveLength(1)
        const rows = html.split('<tr>').slice(2)
        expect(rows).toHaveLength(texts.length)
        for (const row of rows) expect(row.match(/<td>/g)).toHaveLength(4)
        expect(html.match(/<blockquote>/g)).toHaveLength(texts.length)
        expect(html.match(/<details>/g)).toHaveLength(1)
      }),
      { numRuns: 50 },
    )
  })

  it('has at most 60,000 characters, cut at whole rows and said', () => {
    const lengths = fc.constantFrom(0, 1, 40, 300)
    const long = fc.tuple(fc.constantFrom('x', '|', '`', '@a ', '<', '\n', '𝕏'), fc.constantFrom(1, 100, 3_000))
    fc.assert(
      fc.property(lengths, lengths, long, (changes, problems, [piece, times]) => {
        const value = piece.repeat(times)
        const plan = planOf(
          Array.from({ length: changes }, (_, at) => changeOf(value, at)),
          Array.from({ length: problems }, () => problemOf(value)),
        )
        const comment = planMarkdown(plan)
        expect(comment.length).toBeLessThanOrEqual(60_000)
        const html = rendered(comment)
        expect(strange(html)).toEqual([])
        const shown = html.split('<tr>').slice(2)
        const left = Number(/and (\d+) more(?:, of which|, none)/.exec(html)?.[1] ?? 0)
        expect(shown.length - (left > 0 ? 1 : 0) + left).toBe(changes)
      }),
      { numRuns: 20 },
    )
  })

  it('tells what destroys first, and what of that is left out', () => {
    const losing = Array.from({ length: 900 }, (_, at) => ({ ...changeOf(`${at}`, at), ...loss }))
    const comment = planMarkdown(planOf([changeOf('harmless', 9_999), ...losing]))
    const [first = ''] = comment.split('\n').filter((line) => line.startsWith('| remove'))
    expect(first).toContain('**DATA LOSS**')
    expect(comment).toMatch(/and \d+ more, of which \d+ remove or replace/)
    expect(comment).not.toContain('harmless')
    expect(planMarkdown(planOf(Array.from({ length: 900 }, (_, at) => changeOf('x'.repeat(100), at))))).toContain(
      'more, none of which removes anything',
    )
  })

  it('says how many lines of the text are left out', () => {
    const changes = Array.from({ length: 900 }, (_, at) => changeOf(`${at} ${'x'.repeat(100)}`, at))
    expect(planMarkdown(planOf(changes))).toMatch(/\d+ lines more are left out here; `evenkeel plan` prints them\./)
  })
})

describe('drift as a comment', () => {
  it('tells what is gone first, and is a table of three columns, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(text(), { minLength: 1, maxLength: 6 }), (texts) => {
        const entries = texts.map((value, at) => ({
          address: address(at),
          diffs: [{ path: 'type', before: value, after: value }],
        }))
        const gone = { address: address(99), diffs: [{ path: 'exists', before: true, after: false }] }
        const report: DriftReport = {
          stack: 'music',
          status: 'drift',
          drifted: [...entries, gone],
          pending: entries,
          unreadable: texts.map((reason, at) => ({ address: address(at), reason })),
          problems: texts.map(problemOf),
          impossible: [],
        }
        const html = rendered(driftMarkdown(report))
        expect(strange(html)).toEqual([])
        const rows = html.split('<tr>').slice(2)
        expect(rows).toHaveLength(3 * texts.length + 1)
        expect(rows[0]).toContain('<strong>gone</strong>')
        for (const row of rows) expect(row.match(/<td>/g)).toHaveLength(3)
      }),
      { numRuns: 40 },
    )
  })

  it('is found again, and says that all is in order', () => {
    const report: DriftReport = {
      stack: 'music',
      status: 'in-sync',
      drifted: [],
      pending: [],
      unreadable: [],
      problems: [],
      impossible: [],
    }
    expect(driftMarkdown(report)).toBe(
      '<!-- evenkeel:drift stack=music -->\n\n### Drift of `music`\n\n**In sync: music is as it was last applied, and as the file says.**\n',
    )
  })
})

const loss = { kind: 'remove', impact: 'data-loss' } as const

function text(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...hostile),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[`|<>@\\[\]()!#*_~&;\n:/$-]{1,8}$/),
  )
  return fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''))
}

function address(at: number): Address {
  return `server.s${at}` as Address
}

function changeOf(value: string, at: number): Change {
  const diffs = [{ path: 'type', before: value, after: `${value}.`, cause: 'pending' }] as const
  return {
    address: address(at),
    kind: 'update',
    reason: value,
    impact: 'none',
    diffs,
  }
}

function problemOf(value: string): Problem {
  return { severity: 'error', scope: 'address', code: 'X', address: undefined, message: value, hint: value }
}

function planOf(changes: readonly Change[], problems: readonly Problem[] = []): Plan {
  return {
    formatVersion: 1,
    stack: 'music',
    specDigest: '',
    liveDigest: '',
    complete: true,
    applyable: true,
    changes,
    steps: [],
    problems,
    unreadable: [],
    impossible: [],
    bindings: {},
    ledger: { id: undefined, before: [], after: [] },
  }
}

/** As GitHub and GitLab do it: GFM, with HTML passed on. */
function rendered(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

/** What stands in the page and is none of the comment's own elements. */
function strange(html: string): readonly string[] {
  const own =
    /^<\/?(?:h3|p|strong|table|thead|tbody|tr|th|td|code|pre|blockquote|details|summary)>$|^<code class="language-text">$|^<!-- evenkeel:(?:plan|drift) stack=music -->$/
  return (html.match(/<[^>]*>/g) ?? []).filter((tag) => !own.test(tag))
}

/** The words of a line of Markdown as a reader sees them, without what has no width. */
function shownText(markdown: string): string {
  return rendered(markdown)
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

function expectInert(value: string): void {
  for (const line of [`a ${inert(value)} b`, `| a ${inert(value)} b |\n|---|`]) {
    expect(strange(rendered(line))).toEqual([])
  }
  const shown = shownText(`a ${inert(value)} b`).replaceAll('\u200B', '')
  expect(shown).toBe(`a ${asShown(value)} b`)
  const row = rendered(`| ${inertCodeInTable(value)} | x |\n|---|---|`)
  expect(strange(row)).toEqual([])
  expect(row.match(/<th>/g)).toHaveLength(2)
  expect(strange(rendered(`> ${inertCode(value)}`))).toEqual([])
}

/** What a reader is to see: marks that nobody would see are written out, and white space is a blank. */
function asShown(value: string): string {
  const escaped = value
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0
      const hex = code.toString(16).toUpperCase()
      return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
    })
  return escaped.replaceAll(/\s+/g, ' ').trim()
}
