import { describe, expect, it } from 'vitest'
import type { CreateServer } from '../../../src/model/steps/step.js'
import { tagKeys } from '../../../src/model/tags.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { head } from '../../support/stack-texts.js'

const servers = (more: string) => `${head}servers:\n${more}`
const web = (count: number, more = '') =>
  servers(`  web: { image: ami-00000001, type: t3.small, count: ${count}${more} }\n`)

function planOf(after: string, before?: string, hosts = true) {
  const changes = hosts ? {} : { hostsImpossible: 'there are none' }
  const nothing = emptyLive(specOf(before ?? after), changes)
  const live =
    before === undefined ? nothing : applyPlan(makePlan(specOf(before), nothing, { run: 'run-1' }), nothing).live
  return makePlan(specOf(after), live, { run: 'run-2' })
}

/** Which servers are launched, each with its batch. */
function batchesIn(after: string, before?: string) {
  const launches = planOf(after, before).steps.filter((step): step is CreateServer => step.kind === 'create-server')
  return launches.map(({ address, batch }) => `${address} ${batch ?? 'alone'}`)
}

describe('servers that one call launches', () => {
  it('are those of one count', () => {
    expect(batchesIn(web(3))).toEqual([
      'server.web[0] server.web[0-2]',
      'server.web[1] server.web[0-2]',
      'server.web[2] server.web[0-2]',
    ])
  })

  it('are those that are new', () => {
    expect(batchesIn(web(4), web(2))).toEqual(['server.web[2] server.web[2-3]', 'server.web[3] server.web[2-3]'])
  })

  it('are not one, and not those of two names', () => {
    expect(batchesIn(web(3), web(2))).toEqual(['server.web[2] alone'])
    const two = ['a', 'b'].map((name) => `  ${name}: { image: ami-00000001, type: t3.small }\n`).join('')
    expect(batchesIn(servers(two))).toEqual(['server.a alone', 'server.b alone'])
  })

  it('are fifty at most', () => {
    const sizes = new Set(batchesIn(web(101)).map((text) => text.split(' ')[1]))
    expect([...sizes]).toEqual(['server.web[0-49]', 'server.web[50-99]', 'alone'])
  })

  it('are in one zone: a volume that exists draws its server elsewhere', () => {
    const volume = (server: string) => `volumes: { data: { size: 1${server}, zone: us-east-1b } }\n`
    const before = servers('  other: { image: ami-00000001, type: t3.small, zone: us-east-1b }\n') + volume('')
    const after = web(5) + volume(", server: 'web[2]'")
    expect(batchesIn(after, before)).toEqual([
      'server.web[0] server.web[0-1]',
      'server.web[1] server.web[0-1]',
      'server.web[2] alone',
      'server.web[3] server.web[3-4]',
      'server.web[4] server.web[3-4]',
    ])
  })

  it('are not those whose instances are replaced', () => {
    const inZone = (zone: string) => web(2, `, zone: us-east-1${zone}`)
    expect(batchesIn(inZone('b'), inZone('a'))).toEqual(['server.web[0] alone', 'server.web[1] alone'])
  })

  it('get address and name of their own with the host key, or by themselves where there are no hosts', () => {
    const names = { [tagKeys.address]: 'server.web[1]', [tagKeys.name]: 'demo/web[1]' }
    const stepOf = (id: string, hosts: boolean) => planOf(web(2), undefined, hosts).steps.find((step) => step.id === id)
    expect(stepOf('connect-host:server.web[1]', true)).toMatchObject({ tags: names })
    expect(stepOf('tag-resource:server.web[1]', true)).toBeUndefined()
    expect(stepOf('tag-resource:server.web[1]', false)).toMatchObject({ target: at('server.web[1]'), tags: names })
  })
})

describe('a server that carries its batch still', () => {
  it('gets its own address and name, as a change that is pending', () => {
    const spec = specOf(web(2))
    const nothing = emptyLive(spec)
    const { live } = applyPlan(makePlan(spec, nothing, { run: 'run-1' }), nothing)
    const unnamed = live.servers.map((server) => ({
      ...server,
      tags: { ...server.tags, [tagKeys.address]: 'server.web[0-1]', [tagKeys.name]: 'demo/web[0-1]' },
    }))
    const plan = makePlan(spec, { ...live, servers: unnamed })
    expect(plan.problems).toEqual([])
    expect(plan.steps.map(({ id }) => id)).toEqual(['tag-resource:server.web[0]', 'tag-resource:server.web[1]'])
    const diffs = plan.changes.flatMap((change) => change.diffs)
    expect(diffs.map(({ path, after, cause }) => [path, after, cause])).toEqual(
      [0, 1].flatMap((index) => [
        ['tags.Name', `demo/web[${index}]`, 'pending'],
        ['tags.evenkeel:address', `server.web[${index}]`, 'pending'],
      ]),
    )
  })
})
