import { describe, expect, it } from 'vitest'
import type { Address } from '../../../src/model/address.js'
import type { Change } from '../../../src/model/change.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import type { Plan } from '../../../src/model/plan.js'
import { planMarkdown } from '../../../src/report/plan/plan-markdown.js'
import { planText } from '../../../src/report/plan/plan-text.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { image } from '../../support/stacks.js'

const stack = `
evenkeel: 1
stack: many
target: sandbox
servers:
  web: { count: 40, image: ${image}, type: t3.small, tags: { role: front } }
sync:
  site: { from: ./site/, to: "web[*]:/srv/site/" }
`
const spec = specOf(stack)
const plan = makePlan(spec, emptyLive(spec))
const options = { color: false, verbose: false } as const

/** The plan with one server's change made different. */
function changed(edit: (change: Change, index: number) => Change): Plan {
  return {
    ...plan,
    changes: plan.changes.map((change) =>
      edit(change, Number(/^server\.web\[(\d+)\]/.exec(change.address)?.[1] ?? -1)),
    ),
  }
}

describe('servers of which the same is said', () => {
  it('stand as one, with what lies on them', () => {
    const text = planText(plan, options)
    expect(text.split('\n').length).toBeLessThan(30)
    expect(text).toContain('  + server.web[0..39]\n')
    expect(text).toContain('      + sync.site[*]')
    expect(text).toContain('Plan: 82 to create')
    expect(planText(plan, { ...options, verbose: true })).toContain('server.web[17]')
  })

  it('say of none in particular what each of them has on it', () => {
    const each = specOf(`${stack}volumes:\n  data: { server: "web[*]", size: 1 }\n`)
    const text = planText(makePlan(each, emptyLive(each)), options)
    expect(text).toContain('+ volume.data[*]')
    expect(text).toMatch(/attachment +server\.web\[\*\]\n/)
    expect(text).not.toContain('web[0]\n')
  })

  it('show below what differs between them', () => {
    const text = planText(
      changed((change, index) =>
        index < 0
          ? change
          : {
              ...change,
              diffs: change.diffs.map((diff) =>
                diff.path === 'zone' ? { ...diff, after: `zone-${index % 2}` } : diff,
              ),
            },
      ),
      options,
    )
    expect(text).toMatch(/zone +\[0\] zone-0\n +\[1\] zone-1\n/)
    expect(text).toContain('and 30 more (--verbose shows them)')
    expect(text).toContain('server.web[0..39]')
  })

  it('stand apart where something else happens to one', () => {
    const text = planText(
      changed((change, index) =>
        index === 7 ? { ...change, kind: 'remove', impact: 'data-loss', reason: 'gone' } : change,
      ),
      options,
    )
    const at = (part: string) => text.indexOf(part)
    expect(at('server.web[0..6, 8..39]')).toBeGreaterThan(at('- server.web[7]  (DATA LOSS)  # gone'))
    expect(at('- server.web[7]')).toBeGreaterThan(-1)
    expect(at('- server.web[7]')).toBeLessThan(at('securityGroup.default'))
  })

  it('are one row of Markdown', () => {
    const text = planMarkdown(plan)
    expect(text).toContain('| create | `server.web[0..39]` |')
    expect(text.split('\n').filter((line) => line.startsWith('| create'))).toHaveLength(4)
  })
})

describe('a plan', () => {
  const heading = {
    stack: 'many',
    target: 'ec2',
    region: 'eu-central-1',
    account: '123456789012',
    profile: undefined,
    revision: 'a'.repeat(40),
  } as const

  it('begins with whose it is', () => {
    expect(planText(plan, { ...options, heading })).toMatch(
      /^many in eu-central-1, account 123456789012, revision a{12}\n\n/,
    )
    expect(planMarkdown(plan, { heading })).toContain(
      '\nIn eu-central-1, account 123456789012, revision aaaaaaaaaaaa.\n',
    )
    const sandbox = planText(plan, { ...options, heading: { ...heading, target: 'sandbox', account: undefined } })
    expect(sandbox).toMatch(/^many in the sandbox \(eu-central-1\), revision /)
  })

  it('says which files it was read from, and the commits of both', () => {
    const files = ['a.stack.yaml', 'base.yaml', '../company.yaml']
    const several = { ...heading, files, revision: `${'a'.repeat(40)}+${'b'.repeat(40)}` }
    expect(planText(plan, { ...options, heading: several })).toMatch(
      /^many in .*, revision a{12}\+b{12}\nfrom a\.stack\.yaml with base\.yaml, \.\.\/company\.yaml\n\n/,
    )
    expect(planMarkdown(plan, { heading: several })).toMatch(/^In .*, from a\.stack\.yaml with .*company\.yaml\.$/m)
    const alone = { ...heading, files: ['a.stack.yaml'] }
    expect(planText(plan, { ...options, heading: alone })).toBe(planText(plan, { ...options, heading }))
  })

  it('lists steps only when asked to', () => {
    expect(planText(plan, options)).not.toMatch(/^Steps$/m)
    expect(planText(plan, { ...options, steps: true })).toMatch(/^Steps$/m)
    expect(planMarkdown(plan)).not.toMatch(/^Steps$/m)
  })

  it('compares texts of several lines line by line', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
    const after = lines.with(10, 'another line')
    const diff = { path: 'userData', before: lines.join('\n'), after: after.join('\n'), cause: 'pending' } as const
    const change = {
      address: 'server.web' as Address,
      kind: 'update',
      reason: '',
      impact: 'none',
      diffs: [diff],
    } as const
    const text = planText({ ...plan, changes: [change] }, options)
    const at = text.indexOf('~ userData')
    expect(
      text
        .slice(at, text.indexOf('Plan:'))
        .trimEnd()
        .split('\n')
        .map((line) => line.trimStart()),
    ).toEqual(['~ userData', 'line 8', 'line 9', '- line 10', '+ another line', 'line 11', 'line 12'])
    expect(text).not.toContain('line 5')
  })

  it('tells of records that are written anew in one line', () => {
    const diff = { path: 'tags.evenkeel:applied', before: 'a', after: 'b', cause: 'pending' } as const
    const update = (change: Change): Change => ({ ...change, kind: 'update', diffs: [diff] })
    const text = planText({ ...plan, changes: plan.changes.map(update) }, options)
    expect(text).toContain('the record of what was applied is written anew for 82 resources')
    expect(text.split('\n')).toHaveLength(4)
  })

  it('have what cannot be done on any of them in one line', () => {
    const noHosts = makePlan(spec, emptyLive(spec, { hostsImpossible: 'there are no hosts' }))
    expect(noHosts.impossible).toHaveLength(80)
    const linesOf = (verbose: boolean) => {
      const lines = planText(noHosts, { ...options, verbose }).split('\n')
      return lines.slice(lines.indexOf('Not possible here: there are no hosts') + 1, -3)
    }
    expect(linesOf(false)).toEqual(['     connect-host:server.web[0..39]', '     copy-files:sync.site[0..39]'])
    expect(linesOf(true)).toContain('     copy-files:sync.site[17]')
    const gap = noHosts.impossible.filter(({ address }) => address !== 'server.web[7]')
    expect(planText({ ...noHosts, impossible: gap }, options)).toContain('connect-host:server.web[0..6, 8..39]\n')
  })
})
