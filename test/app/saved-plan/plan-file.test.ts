import { lstatSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { looksLikePlanFile, type PlanFile, readPlanFile, writePlanFile } from '../../../src/app/saved-plan/plan-file.js'
import { EvenkeelError } from '../../../src/core/errors.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { planBasis } from '../../../src/planner/saved/plan-basis.js'
import { planJson } from '../../../src/report/plan/plan-json.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { withVolume } from '../../support/stack-texts.js'

const spec = specOf(withVolume('server: web, size: 10, mount: /srv'))
const plan = makePlan(spec, emptyLive(spec))
const file: Omit<PlanFile, 'kind' | 'formatVersion'> = {
  madeAt: '2026-11-21T12:00:00.000Z',
  run: 'r1',
  stackFile: { fromWorkingDirectory: 'stack.yaml', fromPlanFile: 'stack.yaml', absolute: '/w/stack.yaml' },
  options: { variables: {}, hosts: true },
  basis: planBasis(spec, emptyLive(spec), {}),
  plan,
}

let directory: ReturnType<typeof temporaryDirectory>
let path: string
beforeEach(() => {
  directory = temporaryDirectory('plan-file')
  path = join(directory.path, 'plan.json')
})
afterEach(() => directory.remove())

describe('a saved plan', () => {
  it('is read as it was written, and by its owner alone', () => {
    writePlanFile(path, file)
    expect(readPlanFile(path)).toEqual(JSON.parse(JSON.stringify({ kind: 'plan-file', formatVersion: 2, ...file })))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(looksLikePlanFile(path)).toBe(true)
  })

  it('is known under any name', () => {
    const plain = join(directory.path, 'plan')
    writePlanFile(plain, file)
    expect(looksLikePlanFile(plain)).toBe(true)
    writeFileSync(plain, 'evenkeel: 1\n')
    expect(looksLikePlanFile(plain)).toBe(false)
    expect(looksLikePlanFile(directory.path)).toBe(false)
    expect(looksLikePlanFile('/dev/zero')).toBe(false)
    expect(looksLikePlanFile(join(directory.path, 'none'))).toBe(false)
  })

  it('that cannot be written is an error in words, and leaves nothing behind', () => {
    expect(codeOf(() => writePlanFile(join(directory.path, 'none', 'plan.json'), file))).toBe('FILE_UNWRITABLE')
    expect(codeOf(() => writePlanFile(directory.path, file))).toBe('FILE_UNWRITABLE')
  })

  it('goes through a link, and into what is no plain file, without taking its place', () => {
    writeFileSync(join(directory.path, 'target.json'), '')
    symlinkSync('target.json', path)
    writePlanFile(path, file)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readPlanFile(join(directory.path, 'target.json')).run).toBe('r1')
    expect(codeOf(() => writePlanFile(`/proc/self/fd/${openSync('/dev/full', 'w')}`, file))).toBe('FILE_UNWRITABLE')
    writePlanFile(`/proc/self/fd/${openSync('/dev/null', 'w')}`, file)
  })

  it.each([
    ['a value', (text: string) => text.replace('"t3.small"', '"m5.large"')],
    ['a step', (text: string) => text.replace('"create-volume"', '"delete-volume"')],
    ['a member more', (text: string) => text.replace('"run": "r1"', '"run": "r1", "more": "x"')],
    ['its digest', (text: string) => text.replace(/"digest": "../, '"digest": "zz')],
    ['no digest', (text: string) => text.replace(/,\s*"digest": "\w+"/, '')],
  ])('is refused once edited: %s', (_name, edit) => {
    writePlanFile(path, file)
    const text = readFileSync(path, 'utf8')
    expect(edit(text)).not.toBe(text)
    writeFileSync(path, edit(text))
    expect(codeOf(() => readPlanFile(path))).toBe('PLAN_FILE_UNUSABLE')
  })

  it('may be laid out anew', () => {
    writePlanFile(path, file)
    writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))))
    expect(readPlanFile(path).run).toBe('r1')
  })

  it.each([
    ['the output of plan --json', planJson(plan), 'PLAN_FILE_UNUSABLE'],
    ['that of 0.1.0', planJson(plan).replace(/"kind": "plan-view",\s*/, ''), 'PLAN_FILE_UNUSABLE'],
    ['half of one', '{"kind": "plan-file", "formatVersion": 2', 'PLAN_FILE_UNUSABLE'],
    ['null', 'null', 'PLAN_FILE_UNUSABLE'],
    ['a list', '[1]', 'PLAN_FILE_UNUSABLE'],
    ['an empty file', '', 'PLAN_FILE_UNUSABLE'],
    ['something else', '{"name": "x"}', 'PLAN_FILE_UNUSABLE'],
    ['what 0.1.0 saved', JSON.stringify({ formatVersion: 1, stackFile: '/s', options: {}, plan }), 'PLAN_STALE'],
    ['what a later version saved', '{"kind":"plan-file","formatVersion":3}', 'PLAN_STALE'],
  ])('is not %s', (_name, text, code) => {
    writeFileSync(path, text)
    expect(codeOf(() => readPlanFile(path))).toBe(code)
  })

  it('is not a stack file that is written in JSON', () => {
    writeFileSync(path, '{"evenkeel": 1, "stack": "a", "target": "sandbox"}')
    expect(looksLikePlanFile(path)).toBe(false)
  })
})

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return error instanceof EvenkeelError ? error.code : String(error)
  }
}
