import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { createColors } from 'picocolors'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../../src/model/drift-report.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import type { Plan } from '../../../src/model/plan.js'
import { driftText } from '../../../src/report/drift/drift-text.js'
import { planMarkdown } from '../../../src/report/plan/plan-markdown.js'
import { planText } from '../../../src/report/plan/plan-text.js'
import { valueText } from '../../../src/report/diff-value.js'
import { headingLines, type PlanHeading } from '../../../src/report/plan/plan-heading.js'
import { planQuestion } from '../../../src/report/plan/plan-question.js'
import { showText } from '../../../src/report/show/show-text.js'
import { parsedStack, specOf } from '../../support/live-stack.js'

const golden = fileURLToPath(new URL('../../golden/plan', import.meta.url))

describe('a plan as text', () => {
  it.each(['from-nothing', 'replace-image', 'remove-each-way'])('%s says the same in colour', (name) => {
    const plan = planOf(name)
    const plain = planText(plan, { color: false, verbose: false })
    const colored = planText(plan, { color: true, verbose: false })
    expect(colored).not.toBe(plain)
    expect(stripVTControlCharacters(colored)).toBe(plain)
  })

  it('shows what nobody asked for, and what stays, when asked to', () => {
    expect(planText(planOf('from-nothing'), { color: false, verbose: false })).not.toContain('onRemove')
    expect(planText(planOf('from-nothing'), { color: false, verbose: true })).toMatch(/onRemove +snapshot/)
    expect(planText(planOf('no-change'), { color: false, verbose: true })).toContain('volume.music')
  })

  it('marks bytes that go', () => {
    const text = planText(planOf('remove-each-way'), { color: false, verbose: false, steps: true })
    expect(text.match(/DATA LOSS/g)).toHaveLength(2)
  })

  it('keeps a list of many steps short', () => {
    const plan = planOf('from-nothing')
    const [step] = plan.steps
    const steps = step ? Array.from({ length: 500 }, () => step) : []
    const text = planText({ ...plan, steps }, { color: false, verbose: false, steps: true })
    expect(text).toContain('and 420 steps more (--verbose shows them)')
    expect(text).toContain('(500 steps).')
  })
})

describe('whose plan it is', () => {
  const heading: PlanHeading = {
    stack: 'music',
    target: 'ec2',
    region: 'us-east-1',
    account: '123456789012',
    profile: 'staging',
    revision: '4f0c2aa1b2c3d4e5f60718293a4b5c6d7e8f9012',
  }

  it('is the first line of the plan, and of what has drifted', () => {
    const options = { color: false, verbose: false, heading }
    const first = 'music in us-east-1, account 123456789012, revision 4f0c2aa1b2c3\n'
    expect(planText(planOf('grow-volume'), options).startsWith(first)).toBe(true)
    expect(driftText(driftOf(planOf('drift-tags-changed')), options).startsWith(first)).toBe(true)
  })

  it('says that an account is not known, and by which profile it will be', () => {
    const unknown = { ...heading, account: undefined, revision: undefined }
    expect(headingLines(unknown, createColors(false))).toEqual(['music in us-east-1, account unknown, profile staging'])
  })

  it('stands in the question, with what is said yes to', () => {
    expect(planQuestion('apply', planOf('remove-each-way'), heading)).toBe(
      'Apply to music in us-east-1, account 123456789012: 3 to remove (1 with DATA LOSS)?',
    )
    expect(planQuestion('destroy', planOf('from-nothing'), heading)).toMatch(/^Destroy music in .+: \d+ to create\?$/)
    expect(planQuestion('apply', { ...planOf('from-nothing'), changes: [] }, heading)).toMatch(/: \d+ steps\?$/)
  })

  it('has bytes as people count them', () => {
    expect(valueText('files.bytes', 1_073_741_824)).toBe('1 GiB')
  })
})

describe('a plan as Markdown', () => {
  it('is a table with the text folded away', () => {
    expect(planMarkdown(planOf('remove-each-way'))).toMatchInlineSnapshot(`
      "<!-- evenkeel:plan stack=music -->

      ### Plan for \`music\`

      **3 to remove (1 with DATA LOSS)** (11 steps)

      |  | address | change | impact |
      |---|---|---|---|
      | remove | \`volume.thrown-away\` | the file no longer names it; its data is deleted, as onRemove: delete says | **DATA LOSS** |
      | remove | \`volume.kept\` | the file no longer names it; the volume itself is kept, out of the stack | downtime |
      | remove | \`volume.kept-as-snapshot\` | the file no longer names it; its data stays as a snapshot | downtime |

      <details><summary>Details</summary>

      \`\`\`text
          server.web
            - volume.thrown-away  (DATA LOSS)  # the file no longer names it; its data is deleted, as onRemove: delete says
            - volume.kept  (downtime)  # the file no longer names it; the volume itself is kept, out of the stack
            - volume.kept-as-snapshot  (downtime)  # the file no longer names it; its data stays as a snapshot

      Plan: 0 to create, 0 to update, 0 to replace, 3 to remove (11 steps).
      \`\`\`

      </details>
      "
    `)
  })

  it('is one line when nothing changes', () => {
    expect(planMarkdown(planOf('no-change'))).toMatchInlineSnapshot(`
      "<!-- evenkeel:plan stack=music -->

      ### Plan for \`music\`

      No changes. The live stack is as the file says.
      "
    `)
  })

  it('cannot be broken out of', () => {
    const plan = planOf('grow-volume')
    const changes = plan.changes.map((change) => ({ ...change, reason: 'a | b <script>\n```' }))
    const text = planMarkdown({ ...plan, changes: changes.map((change) => ({ ...change, kind: 'remove' as const })) })
    expect(text).toContain('a &#124; b &#60;script&#62; &#96;&#96;&#96;')
    expect(text).toContain('````text')
  })

  it('names the place in the file that a problem is about', () => {
    const text = readFileSync(join(golden, 'shrink-volume', 'stack.yaml'), 'utf8')
    expect(planMarkdown(planOf('shrink-volume'), { locate: parsedStack(text).locate })).toContain(
      '(`stack.yaml:18:11`)',
    )
  })

  it('says when it cannot be applied, and why', () => {
    const text = planMarkdown(planOf('shrink-volume'))
    expect(text).toContain('> **Error:** volume.music is 20 GiB, the file says 10')
    expect(text).toContain('**It cannot be applied until the errors are solved.**')
  })
})

describe('drift as text', () => {
  it.each([
    'drift-tags-changed',
    'drift-server-terminated',
    'grow-volume',
    'unreadable',
    'no-change',
    'scheduled-event',
  ])('of %s', async (name) => {
    const text = driftText(driftOf(planOf(name)), { color: false })
    await expect(text).toMatchFileSnapshot(join(golden, '..', 'drift', `${name}.txt`))
  })
})

describe('the live stack as text', () => {
  it.each([
    'no-change',
    'reuse-snapshot',
    'unreadable',
    'from-nothing',
    'move-volume',
    'reuse-retained',
    'elastic-ip-drift',
  ])('of %s', async (name) => {
    const text = showText(liveOf(name), { color: false })
    await expect(text).toMatchFileSnapshot(join(golden, '..', 'show', `${name}.txt`))
  })
})

function liveOf(name: string): LiveStack {
  return JSON.parse(readFileSync(join(golden, name, 'live.json'), 'utf8')) as LiveStack
}

function planOf(name: string): Plan {
  return makePlan(specOf(readFileSync(join(golden, name, 'stack.yaml'), 'utf8')), liveOf(name))
}
