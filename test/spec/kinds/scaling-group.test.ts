import { describe, expect, it } from 'vitest'
import { diagnosticsOf, head, specOf } from '../support/specs.js'

const whole = {
  image: 'ami-0123456789abcdef0',
  type: 't3.small',
  min: '1',
  max: '3',
  zones: '[us-east-1a]',
  securityGroups: '[web]',
}

/** A stack with one group, some keys of which are written otherwise or, undefined, left out. */
function text(keys: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries({ ...whole, ...keys }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  )
  return `${head}securityGroups: { web: {} }\nscalingGroups:\n  pool: { ${entries.join(', ')} }\n`
}

describe('scaling groups in a stack file', () => {
  it('have defaults', () => {
    expect(specOf(text({})).scalingGroups).toMatchObject([
      {
        address: 'scalingGroup.pool',
        desired: undefined,
        zones: ['us-east-1a'],
        health: { check: 'ec2', graceSeconds: 300 },
        refresh: { minHealthy: 90, maxHealthy: undefined, rollback: true },
        protect: false,
      },
    ])
  })

  it.each([
    [{ min: '4' }, ['`min` is 4, and `max` 3']],
    [{ desired: '9' }, ['`desired` is 9: it has to lie between 1 and 3']],
    // That the sizes are the wrong way round is told alone.
    [{ min: '4', desired: '9' }, ['`min` is 4, and `max` 3']],
    [{ zones: undefined }, ['`zones` is missing: a scaling group has to know where its members live']],
    [{ zones: '[us-east-1a, us-east-1b, us-east-1a]' }, ['us-east-1a stands twice in `zones`']],
    [
      { zones: undefined, subnets: '[subnet-0a1b2c3d, subnet-0a1b2c3d]' },
      ['subnet-0a1b2c3d stands twice in `subnets`'],
    ],
    [{ subnets: '[subnet-0a1b2c3d]' }, ['`subnets` cannot stand beside `zones`: a subnet lies in one zone']],
    [
      { health: '{ check: load-balancer }' },
      ['`check: load-balancer` needs a `loadBalancer` that finds members healthy'],
    ],
    [
      { refresh: '{ minHealthy: 10, maxHealthy: 150 }' },
      ['`maxHealthy` is 140 above `minHealthy`: Auto Scaling takes 100 at most'],
    ],
    [
      { securityGroups: '[web, nope]', keyPair: 'none' },
      ['no key pair is called `none`', 'no security group is called `nope`'],
    ],
  ])('%j is told', (keys, messages) => {
    const found = diagnosticsOf(text(keys)).map(({ message }) => message)
    expect(found.toSorted()).toEqual(messages)
  })
})
