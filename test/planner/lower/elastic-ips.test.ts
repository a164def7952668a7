import { describe, expect, it } from 'vitest'
import { makePlan } from '../../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { head } from '../../support/stack-texts.js'

const file = (more: string, others = '') =>
  `${head}servers:\n  web: { image: ami-00000001, type: t3.small, ${more} }\n${others}`

/** The needs of a step of the plan that leads from one file to another. */
function needsOf(id: string, before: string, after: string): readonly string[] | undefined {
  const nothing = emptyLive(specOf(before))
  const { live } = applyPlan(makePlan(specOf(before), nothing, { run: 'run-1' }), nothing)
  return makePlan(specOf(after), live).steps.find((step) => step.id === id)?.needs
}

describe('the steps of an elastic address', () => {
  const plain = file('elasticIp: false')

  it('come before its server is stopped for good: EC2 associates with nothing in between', () => {
    const needs = needsOf('stop-server:server.web', plain, file('elasticIp: true, state: stopped'))
    expect(needs).toContain('associate-address:elasticIp.web')
  })

  it('come after its server is up again where that restarts', () => {
    const after = file('elasticIp: true').replace('t3.small', 't3.large')
    expect(needsOf('associate-address:elasticIp.web', plain, after)).toContain('start-server:server.web')
    expect(
      needsOf('connect-host:server.web', plain, `${after}volumes: { data: { server: web, size: 1 } }\n`),
    ).toContain('associate-address:elasticIp.web')
  })

  it('come before whoever is told the public address of its server, and after nobody who is told the address itself', () => {
    const other = (value: string) => `  other: { image: ami-00000001, type: t3.small, userData: "echo ${value}" }\n`
    const told = (value: string) => needsOf('create-server:server.other', plain, file('elasticIp: true', other(value)))
    expect(told('${server.web.publicIp}')).toContain('associate-address:elasticIp.web')
    expect(told('${server.web.elasticIp}')).toContain('allocate-address:elasticIp.web')
    expect(told('${server.web.elasticIp}')).not.toContain('associate-address:elasticIp.web')
  })

  it("are in an order where two servers that are replaced have each other's, and one waits for the other", () => {
    const both = (image: string, more: string) =>
      `${head}servers:
  web: { image: ${image}, type: t3.small, elasticIp: true }
  db: { image: ${image}, type: t3.small, elasticIp: true${more} }
volumes: { data: { server: db, size: 1 } }
`
    const before = specOf(both('ami-00000001', ''))
    const nothing = emptyLive(before)
    const { live } = applyPlan(makePlan(before, nothing, { run: 'run-1' }), nothing)
    const [web, db] = live.elasticIps ?? []
    const elasticIps = [
      { ...web!, association: db!.association },
      { ...db!, association: web!.association },
    ]
    const servers = live.servers.map((server) => {
      const { publicIp } = elasticIps.find(({ association }) => association?.instanceId === server.id)!
      return { ...server, publicIp, elasticIp: publicIp }
    })
    const swapped = { ...live, elasticIps, servers }
    const after = specOf(both('ami-00000002', ', dependsOn: [server.web]'))
    const world = { ...swapped, images: { ...live.images, ...emptyLive(after).images } }
    const plan = makePlan(after, world, { run: 'run-2' })
    expect(plan.steps.find(({ id }) => id === 'unmount-volume:volume.data')?.needs).toContain(
      'disassociate-address:elasticIp.web',
    )
    expect(makePlan(after, applyPlan(plan, world, Infinity, 2).live, { run: 'run-3' }).steps).toEqual([])
  })
})
