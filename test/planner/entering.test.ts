import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { LiveServer } from '../../src/model/kinds/server.js'
import type { Plan } from '../../src/model/plan.js'
import { noHostKey, tagKeys } from '../../src/model/tags.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer, withVolume } from '../support/stack-texts.js'

const mounted = withVolume('server: web, size: 1, mount: /srv')

function settled(text: string): LiveStack {
  const spec = specOf(text)
  return applyPlan(makePlan(spec, emptyLive(spec), { run: 'run-1' }), emptyLive(spec)).live
}

/** The live stack with one thing changed of each server. */
function withServers(live: LiveStack, change: (server: LiveServer) => LiveServer): LiveStack {
  return { ...live, servers: live.servers.map(change) }
}

function withoutAnswer(live: LiveStack): LiveStack {
  return { ...live, hosts: { 'server.web': { kind: 'unreadable', reason: 'it does not answer' } } }
}

function connectionIn(plan: Plan) {
  return plan.steps.find(({ kind }) => kind === 'connect-host')
}

describe('a server that did not answer when the plan was made', () => {
  const grown = specOf(mounted.replace('size: 1', 'size: 2'))

  it('is not waited for like one that boots', () => {
    expect(connectionIn(makePlan(grown, withoutAnswer(settled(mounted))))).toMatchObject({ didNotAnswer: true })
  })

  it('is, where it is started in this plan, or has never been entered', () => {
    const stopped = withServers(settled(mounted), (server) => ({ ...server, state: 'stopped' }))
    expect(connectionIn(makePlan(grown, stopped))).not.toHaveProperty('didNotAnswer')
    const young = withServers(withoutAnswer(settled(mounted)), (server) => {
      const { [tagKeys.hostKey]: _hostKey, ...tags } = server.tags
      return { ...server, tags }
    })
    const connection = connectionIn(makePlan(specOf(mounted), young))
    expect(connection).toBeDefined()
    expect(connection).not.toHaveProperty('didNotAnswer')
  })
})

describe('a server whose console shows no host keys', () => {
  const known = withoutAnswer(
    withServers(settled(mounted), (server) => ({ ...server, tags: { ...server.tags, [tagKeys.hostKey]: noHostKey } })),
  )

  it('is not entered again for that alone', () => {
    const plan = makePlan(specOf(mounted), known)
    expect(connectionIn(plan)).toBeUndefined()
    expect(plan.complete).toBe(false)
    expect(plan.bindings['server.web']).not.toHaveProperty('hostKey')
  })

  it('is looked at once where something is to be done inside', () => {
    const plan = makePlan(specOf(mounted.replace('size: 1', 'size: 2')), known)
    expect(connectionIn(plan)).toMatchObject({ showsNoHostKey: true })
  })
})

describe('a plan that leaves out what happens inside servers', () => {
  const leftOut = { hostsImpossible: '--no-hosts leaves it out', hostsLeftOut: true, hosts: {} } as const

  it('tells the steps that it leaves out, and enters nothing', () => {
    const spec = specOf(mounted)
    const plan = makePlan(spec, emptyLive(spec, leftOut))
    expect(plan.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['create-server', 'attach-volume']))
    expect(connectionIn(plan)).toBeUndefined()
    expect(plan.impossible.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['connect-host:server.web', 'mount-volume:volume.data']),
    )
    expect([plan.complete, plan.applyable]).toEqual([true, true])
  })

  it('stops a server that goes before a volume leaves it, because nobody unmounts there', () => {
    const plan = makeDestroyPlan(specOf(mounted), { ...settled(mounted), ...leftOut })
    const kinds = plan.steps.map(({ kind }) => kind)
    expect(kinds.indexOf('stop-server')).toBeGreaterThanOrEqual(0)
    expect(kinds.indexOf('stop-server')).toBeLessThan(kinds.indexOf('detach-volume'))
  })

  it('leaves a volume on a server that stays: nothing is stopped for a volume alone', () => {
    const plan = makePlan(specOf(oneServer), { ...settled(mounted), ...leftOut })
    expect(plan.problems.map(({ code, scope }) => [code, scope])).toEqual([['PLAN_VOLUME_HELD', 'address']])
    expect(plan.steps).toEqual([])
  })
})
