import { describe, expect, it } from 'vitest'
import { standingAtEc2, standingBehind, type AwaitedState } from '../../../src/app/servers/awaited-state.js'
import { at } from '../../support/live-stack.js'

const ok = { status: 'ok' }
const status = (state: string, system = ok, instance = ok) => ({
  id: 'i-1',
  state,
  system,
  instance,
  volumes: { status: 'impaired' },
  events: [],
})
const waiting = (because: string) => ({ kind: 'waiting', because })

describe('at EC2 a server', () => {
  it.each([
    ['running', 'running', { kind: 'reached' }],
    ['running', 'pending', waiting('it is pending')],
    ['running', 'stopped', waiting('it is stopped')],
    ['stopped', 'stopped', { kind: 'reached' }],
    ['stopped', 'stopping', waiting('it is stopping')],
    ['stopped', 'running', waiting('it is running')],
    ['healthy', 'running', { kind: 'reached' }],
    ['healthy', 'stopped', waiting('it is stopped')],
    ['running', 'shutting-down', { kind: 'hopeless', because: 'it is shutting-down' }],
    ['stopped', 'terminated', { kind: 'hopeless', because: 'it is terminated' }],
  ] as const)('waited for to be %s and %s', (goal: AwaitedState, state, standing) => {
    expect(standingAtEc2(goal, status(state))).toEqual(standing)
  })

  it('is not healthy before both checks are ok, and says which is not', () => {
    const initializing = { status: 'initializing' }
    expect(standingAtEc2('healthy', status('running', { status: 'impaired' }, initializing))).toEqual(
      waiting('the check of the machine that it runs on says impaired'),
    )
    expect(standingAtEc2('healthy', status('running', ok, initializing))).toEqual(
      waiting('the check of the instance says initializing'),
    )
    expect(standingAtEc2('running', status('running', initializing, initializing))).toEqual({ kind: 'reached' })
  })

  it('may be out of sight for a moment, and is gone for a reason', () => {
    expect(standingAtEc2('running', undefined)).toEqual(waiting('EC2 does not show it'))
    expect(standingAtEc2('healthy', { ...status('terminated'), reason: 'User initiated' })).toEqual({
      kind: 'hopeless',
      because: 'it is terminated (User initiated)',
    })
  })
})

describe('behind a load balancer a server', () => {
  const front = at('loadBalancer.front')
  const target = (state: string, reason?: string) => ({ instanceId: 'i-1', port: 80, state, reason })
  it.each([
    [[target('healthy')], { kind: 'reached' }],
    [[target('draining'), target('healthy')], { kind: 'reached' }],
    [
      [target('initial', 'Target registration is in progress')],
      waiting('loadBalancer.front says initial (Target registration is in progress)'),
    ],
    [[target('unused')], waiting('loadBalancer.front says unused')],
    [[], waiting('loadBalancer.front does not have it')],
    [undefined, waiting('loadBalancer.front is not there')],
  ])('%j', (targets, standing) => {
    expect(standingBehind(front, targets)).toEqual(standing)
  })
})
