import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/planner/make-plan.js'
import { growthOf } from '../support/growth.js'
import { emptyLive, specOf } from '../support/live-stack.js'

/** A server with two volumes, `count` times. */
function stackOf(count: number) {
  return specOf(`evenkeel: 1
stack: large
target: sandbox
servers:
  web: { count: ${count}, image: ami-00000001, type: t3.small }
volumes:
${Array.from(
  { length: count },
  (_, index) => `  data-${index}: { server: 'web[${index}]', size: 8, mount: /srv/data }
  logs-${index}: { server: 'web[${index}]', size: 4, mount: /srv/logs }`,
).join('\n')}
`)
}

describe('a plan of many servers', () => {
  it('takes time in proportion to their number', () => {
    const plans = (count: number) => {
      const spec = stackOf(count)
      const live = emptyLive(spec)
      return () => makePlan(spec, live)
    }
    // Eight times the servers; a quadratic scan would take 64 times as long.
    expect(growthOf(plans(100), plans(800))).toBeLessThan(30)
  })
})
