import { describe, expect, it } from 'vitest'
import type { LiveServer } from '../../src/model/kinds/server.js'
import { tagKeys } from '../../src/model/tags.js'
import { makeServerActPlan, type KnownBoot, type ServerAct } from '../../src/planner/server-act-plan.js'
import { planText } from '../../src/report/plan/plan-text.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { image } from '../support/stacks.js'

const spec = specOf(`
evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2 }
  idle: { image: ${image}, type: c5d.large, zone: us-east-1a, state: stopped }
`)

function server(name: string, state: LiveServer['state'], more: Partial<LiveServer> = {}): LiveServer {
  return {
    address: at(`server.${name}`),
    id: `i-${name}`,
    state,
    type: 't3.small',
    tags: { [tagKeys.stack]: 'demo', [tagKeys.hostKey]: 'ssh-ed25519 AAAA' },
    securityGroupIds: [],
    zone: 'us-east-1a',
    ...more,
  } as LiveServer
}

const planOf = (
  act: ServerAct,
  servers: readonly LiveServer[],
  boots: Readonly<Record<string, KnownBoot>> = {},
  hostsImpossible?: string,
) =>
  makeServerActPlan(spec, emptyLive(spec, { servers, hostsImpossible }), {
    act,
    servers: [at('server.web[0]'), at('server.web[1]')],
    boots: new Map(Object.entries(boots).map(([name, boot]) => [at(name), boot])),
  })
const idsOf = (plan: ReturnType<typeof planOf>) => plan.steps.map(({ id }) => id)

describe('servers by hand', () => {
  it('are started, and waited for inside', () => {
    const plan = planOf('start', [server('web[0]', 'stopped'), server('web[1]', 'running')])
    expect(idsOf(plan)).toEqual(['start-server:server.web[0]', 'connect-host:server.web[0]'])
    expect(plan.changes).toMatchObject([
      { address: 'server.web[0]', kind: 'update', diffs: [{ path: 'state', before: 'stopped', after: 'running' }] },
      { address: 'server.web[1]', kind: 'none', reason: 'it runs already' },
    ])
  })

  it('are not waited for inside where no run has pinned a host key, or nothing can be entered', () => {
    const unpinned = server('web[0]', 'stopped', { tags: { [tagKeys.stack]: 'demo' } })
    expect(idsOf(planOf('start', [unpinned, server('web[1]', 'running')]))).toEqual(['start-server:server.web[0]'])
    const plan = planOf('start', [server('web[0]', 'stopped'), server('web[1]', 'running')], {}, 'no hosts')
    expect(idsOf(plan)).toEqual(['start-server:server.web[0]'])
    expect(plan.impossible).toMatchObject([{ id: 'connect-host:server.web[0]' }])
  })

  it('are stopped, with what the stack file says of it', () => {
    const plan = planOf('stop', [server('web[0]', 'running'), server('web[1]', 'stopped')])
    expect(idsOf(plan)).toEqual(['stop-server:server.web[0]'])
    expect(planText(plan, { color: false, verbose: false })).toContain(
      'server.web[0]  (downtime)  # by hand; the stack file says `running`, and the next apply sees to that',
    )
  })

  it('that are stopped already say nothing of what the file wants', () => {
    const plan = planOf('stop', [server('web[0]', 'stopped'), server('web[1]', 'stopped')])
    expect(planText(plan, { color: false, verbose: false })).toContain('No changes in what was asked for.')
  })

  it('lose what is on disks of their own, and that is told as the loss that it is', () => {
    const plan = planOf('stop', [server('web[0]', 'running', { type: 'c5d.large' })])
    expect(plan.changes).toMatchObject([{ impact: 'data-loss', reason: expect.stringContaining('c5d.large') }, {}])
  })

  it('need not be there to be stopped', () => {
    expect(planOf('stop', []).changes).toMatchObject([{ reason: 'it does not exist' }, { reason: 'it does not exist' }])
  })

  it('are rebooted from the boot that they are in, and waited for where that is known', () => {
    const both = [server('web[0]', 'running'), server('web[1]', 'running')]
    const plan = planOf('reboot', both, {
      'server.web[0]': { bootId: 'b-1' },
      'server.web[1]': { reason: 'it does not answer' },
    })
    expect(plan.steps).toMatchObject([
      { id: 'reboot-server:server.web[0]', bootId: 'b-1', impact: 'restart' },
      { id: 'reboot-server:server.web[1]', impact: 'restart' },
    ])
    expect(plan.steps[1]).not.toHaveProperty('bootId')
    expect(plan.changes[1]?.reason).toBe('to be rebooted, by hand; nobody waits for it: it does not answer')
  })

  it.each([
    ['start', [server('web[0]', 'stopped')], 'server.web[1] does not exist'],
    ['reboot', [server('web[0]', 'running'), server('web[1]', 'stopped')], 'server.web[1] is stopped'],
  ] as const)('%s: none is touched where one cannot be', (act, servers, message) => {
    const plan = planOf(act, servers)
    expect(plan.applyable).toBe(false)
    expect(plan.problems).toMatchObject([{ code: 'SERVER_UNKNOWN', message: expect.stringContaining(message) }])
  })

  it('are not guessed at where two instances carry one address', () => {
    const plan = planOf('stop', [server('web[0]', 'running'), server('web[0]', 'running', { id: 'i-other' })])
    expect(plan.applyable).toBe(false)
    expect(plan.problems).toMatchObject([{ code: 'PLAN_ADDRESS_CONFLICT', address: 'server.web[0]' }])
  })
})
