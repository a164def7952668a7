import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { driftJson } from '../../src/report/drift/drift-json.js'
import { planJson } from '../../src/report/plan/plan-json.js'
import { showJson } from '../../src/report/show/show-json.js'
import { lockShownJson } from '../../src/report/lock-text.js'
import { checkpointsJson } from '../../src/report/tables/checkpoints-text.js'
import { snapshotsJson } from '../../src/report/tables/snapshots-text.js'
import { parsedStack } from '../support/live-stack.js'
import { effects } from '../support/plan-effects.js'
import { readSchema, validatorOf } from '../support/schemas.js'

const golden = fileURLToPath(new URL('../golden/plan', import.meta.url))
const cases = readdirSync(golden).filter((name) => statSync(join(golden, name)).isDirectory())

describe('published schemas', () => {
  it('have golden cases to be held against', () => {
    expect(cases.length).toBeGreaterThan(15)
  })

  it.each(['plan', 'drift', 'show', 'snapshots', 'checkpoints'] as const)(
    '%s describes what is really printed, and nothing else',
    (name) => {
      const validate = validatorOf(name)
      const place = { target: 'ec2', region: 'us-east-1', account: null, revision: 'v1' } as const
      for (const directory of cases) {
        const { spec, locate } = parsedStack(readFileSync(join(golden, directory, 'stack.yaml'), 'utf8'))
        const live = JSON.parse(readFileSync(join(golden, directory, 'live.json'), 'utf8')) as LiveStack
        const plan = makePlan(spec, live)
        const printed = {
          plan: planJson(plan, { locate, place }),
          drift: driftJson(driftOf(plan), { place }),
          show: showJson(live),
          snapshots: snapshotsJson(live, Date.UTC(2026, 10, 22)),
          checkpoints: checkpointsJson(live),
        }[name]
        validate(JSON.parse(printed))
        expect(validate.errors, `${directory}: ${JSON.stringify(validate.errors)}`).toBeNull()
      }
    },
  )

  it('plan knows every kind of step', () => {
    const { properties } = readSchema('plan') as {
      readonly properties: {
        readonly steps: {
          readonly items: { readonly properties: { readonly kind: { readonly enum: readonly string[] } } }
        }
      }
    }
    expect([...properties.steps.items.properties.kind.enum].sort()).toEqual(Object.keys(effects).sort())
  })

  it('lock describes a lock with all that may stand in it, one that says nothing, and none', () => {
    const validate = validatorOf('lock')
    const holder = { user: 'anna', host: 'build-7', pid: 4711 }
    const epoch = { run: '20261121T220000Z-aaaaaa', revision: 'v1', specDigest: 'd' }
    const content = { nonce: 'n', holder, epoch, since: '2026-11-21T22:00:00.000Z' }
    for (const sight of [{ id: 'lt-1', beat: 3, content }, { id: 'lt-1', beat: 1, content: undefined }, undefined]) {
      const printed = JSON.parse(lockShownJson('music', sight, 'unknown')) as object
      validate(printed)
      expect(validate.errors).toBeNull()
      expect(validate({ ...printed, nonce: 'n' })).toBe(false)
    }
  })

  it('refuse what is not printed', () => {
    const validate = validatorOf('drift')
    expect(validate({ formatVersion: 1, stack: 'x', status: 'fine', drifted: [], pending: [], unreadable: [] })).toBe(
      false,
    )
  })
})
