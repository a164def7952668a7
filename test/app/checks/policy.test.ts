import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { assertAllowed, assertOutside, checkPlan, type PlanOwner } from '../../../src/app/checks/check-plan.js'
import { parsePolicy, readPolicy } from '../../../src/app/checks/read-policy.js'
import { readStackFile } from '../../../src/app/stack-file.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { planJson } from '../../../src/report/plan/plan-json.js'
import { planMarkdown } from '../../../src/report/plan/plan-markdown.js'
import { planText } from '../../../src/report/plan/plan-text.js'
import { findingsOfChecks } from '../../../src/report/findings/finding.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { specOf } from '../../support/live-stack.js'
import { validatorOf } from '../../support/schemas.js'

const golden = fileURLToPath(new URL('../../golden/plan', import.meta.url))
const example = fileURLToPath(new URL('../../../examples/policies/production.yaml', import.meta.url))
const owner: PlanOwner = { target: 'ec2', region: 'us-east-1', account: '123456789012', revision: undefined }

describe('the policy of the examples', () => {
  const { rules } = readPolicy(example)
  const violated = (plan: Plan, of: PlanOwner = owner) =>
    checkPlan({ rules }, plan, of).map(({ rule, address }) => `${rule} ${address}`)

  it('forbids to replace a server of production, and nobody else’s', () => {
    expect(violated(production('replace-image'))).toContain('keep-servers server.web')
    expect(violated(planOf('replace-image'))).toEqual([])
  })

  it('forbids what loses data, every change of it', () => {
    expect(violated(production('remove-each-way'))).toContain('keep-data volume.thrown-away')
    expect(violated(production('grow-volume'))).toEqual([])
  })

  it('warns of large volumes', () => {
    const plan = planOf('grow-volume')
    const changes = plan.changes.map((change) => ({
      ...change,
      diffs: change.diffs.map((diff) => (diff.path === 'size' ? { ...diff, after: 2_048 } : diff)),
    }))
    expect(checkPlan({ rules }, { ...plan, changes }, owner)).toMatchObject([
      { rule: 'large-volumes', severity: 'warn', address: 'volume.music' },
    ])
  })

  it('knows the account, and counts over the whole plan once', () => {
    expect(violated(production('grow-volume'), { ...owner, account: '999999999999' })).toEqual(['known-account null'])
    const plan = planOf('remove-each-way')
    const changes = Array.from({ length: 4 }, () => plan.changes).flat()
    expect(violated({ ...plan, changes })).toEqual(['few-at-once null'])
  })
})

describe('a rule', () => {
  const holds = (when: string) => checkPlan({ rules: rulesOf(when) }, planOf('grow-volume'), owner)

  it('that fails while it is evaluated is violated, and says why', () => {
    const [found] = holds('change.diffs[99].path == "size"')
    expect(found?.message).toMatch(/^m \(the rule could not be evaluated: .*index out of bounds/)
    expect(holds('change.diffs[0].before > "text"')[0]?.message).toContain('could not be evaluated')
    expect(holds('plan.stack.matches("(")')).toHaveLength(1)
  })

  it('that is neither true nor false in the end is violated', () => {
    expect(holds('change.diffs[0].before')[0]?.message).toContain('neither true nor false')
  })

  it('of no change passes where nothing changes, and one of the plan is looked at all the same', () => {
    expect(checkPlan({ rules: rulesOf('change.kind != ""') }, planOf('no-change'), owner)).toEqual([])
    expect(checkPlan({ rules: rulesOf('plan.complete') }, planOf('no-change'), owner)).toHaveLength(1)
  })
})

describe('a policy with mistakes', () => {
  const rule = (members: string) => `checks: 1\nrules:\n  - { name: a, message: m, ${members} }\n`
  it.each([
    ['', 'CHECKS_INVALID', 1, 1],
    ['[]', 'CHECKS_INVALID', 1, 1],
    ['checks: 1\nrules: []\n', 'CHECKS_INVALID', 2, 8],
    ['checks: 2\nrules: [{ name: a, message: m, when: "true" }]\n', 'CHECKS_INVALID', 1, 9],
    ['checks: 1\nrules:\n  - { name: a, message: m }\n', 'CHECKS_INVALID', 3, 5],
    ['checks: 1\nrule:\n  - a\n', 'CHECKS_INVALID', 1, 1],
    ['checks: 1\nrules: [\n', 'CHECKS_INVALID', 3, 1],
    ['checks: 1\nchecks: 1\nrules: []\n', 'CHECKS_INVALID', 2, 1],
    [rule('when: change.kind == 1'), 'CHECKS_EXPRESSION', 3, 34],
    [rule('when: change.kin == "a"'), 'CHECKS_EXPRESSION', 3, 41],
    [rule('when: "change.kind"'), 'CHECKS_EXPRESSION', 3, 35],
    [rule('when: true'), 'CHECKS_INVALID', 3, 34],
    [rule('when: "true", severity: fatal'), 'CHECKS_INVALID', 3, 52],
    [rule('when: "true", Name: b'), 'CHECKS_INVALID', 3, 42],
    [
      'checks: 1\nrules:\n  - name: a\n    message: m\n    when: |\n      plan.complete &&\n      plan.stak == "a"\n',
      'CHECKS_EXPRESSION',
      7,
      12,
    ],
  ])('%j is refused at its place', (text, code, line, column) => {
    const { mistakes } = parsePolicy('policy.yaml', text)
    expect(mistakes[0]).toMatchObject({ code, file: 'policy.yaml', line, column })
    expect(mistakes[0]?.frame).toContain(`> ${line} |`)
  })

  it('has all of them told at once', () => {
    const text = `checks: 1\nrules:\n  - { name: a, message: m, when: x }\n  - { name: A, message: 1, when: "1 +", no: 1 }\n`
    expect(parsePolicy('p', text).mistakes.map(({ line }) => line)).toEqual([3, 4, 4, 4, 4])
    const names = {
      text: 'checks: 1\nrules:\n  - { name: a, message: m, when: plan.complete }\n  - { name: a, message: m, when: plan.complete }\n',
    }
    expect(parsePolicy('p', names.text).mistakes).toMatchObject([{ line: 4, message: 'two rules are called `a`' }])
  })
})

describe('where a policy lies', () => {
  it('is outside of what it judges, also by way of a link', () => {
    const { path, remove } = temporaryDirectory('policy')
    const at = (name: string) => join(path, name)
    mkdirSync(at('site'))
    writeFileSync(at('base.yaml'), 'evenkeel: 1\nvolumes: { data: { size: 1, zone: us-east-1a } }\n')
    writeFileSync(at('key.pub'), 'ssh-ed25519 AAAA\n')
    writeFileSync(
      at('stack.yaml'),
      'evenkeel: 1\nstack: a\ntarget: sandbox\nextends: ./base.yaml\nkeyPairs: { k: { publicKey: ./key.pub } }\n',
    )
    writeFileSync(at('policy.yaml'), '')
    symlinkSync(at('stack.yaml'), at('link.yaml'))
    const file = readStackFile(at('stack.yaml'), { environment: {} })
    for (const name of ['stack.yaml', 'base.yaml', 'key.pub', 'link.yaml']) {
      expect(() => assertOutside(at(name), file)).toThrow('is to judge')
    }
    expect(() => assertOutside(at('policy.yaml'), file)).not.toThrow()
    expect(() => readPolicy(at('none.yaml'))).toThrow('there is no such file')
    remove()
  })
})

describe('what goes against a policy', () => {
  const plan = production('replace-image')
  const checks = checkPlan(readPolicy(example), plan, owner)

  it('stands in every form', () => {
    expect(planText(plan, { color: false, verbose: false, checks })).toContain(
      'Forbidden: server.web: servers of production are neither replaced nor removed; talk to the platform team [keep-servers]',
    )
    const comment = planMarkdown(plan, { checks })
    expect(comment).toContain('> **Forbidden:** `server.web`: servers of production')
    expect(comment).toContain('**The policy forbids it.**')
    const printed = JSON.parse(planJson(plan, { checks })) as { checks: unknown }
    expect(printed.checks).toEqual(checks)
    const validate = validatorOf('plan')
    validate(printed)
    expect(validate.errors).toBeNull()
    expect(findingsOfChecks(checks)).toMatchObject([{ rule: 'check/keep-servers', verdict: 'failed', level: 'error' }])
  })

  it('keeps a plan from being carried out, and a warning does not', () => {
    expect(() => assertAllowed(checks, 'policy.yaml')).toThrow('1 rule of policy.yaml forbids this plan')
    expect(() =>
      assertAllowed(
        checks.map((check) => ({ ...check, severity: 'warn' as const })),
        'p',
      ),
    ).not.toThrow()
  })
})

function rulesOf(when: string) {
  const { rules, mistakes } = parsePolicy('p', `checks: 1\nrules:\n  - { name: a, message: m, when: '${when}' }\n`)
  expect(mistakes).toEqual([])
  return rules
}

function planOf(name: string): Plan {
  const live = JSON.parse(readFileSync(join(golden, name, 'live.json'), 'utf8')) as LiveStack
  return makePlan(specOf(readFileSync(join(golden, name, 'stack.yaml'), 'utf8')), live)
}

function production(name: string): Plan {
  return { ...planOf(name), stack: 'music-production' }
}
