import { expect, it } from 'vitest'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

const file = (server: string) => `evenkeel: 1
stack: placed
target: { region: us-east-1 }
servers:
  web: { image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }, ${server} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`

it('a server that names no zone goes to none that is special, and the next plan asks nothing more of it', async () => {
  const world = await start({ faults: { localZones: true } })
  const { result } = await world.apply(file('type: t3.medium'))
  expect(result.status).toBe('converged')
  const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
  const zones = Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ Placement }) => Placement?.AvailabilityZone),
  )
  expect(zones).toEqual(['us-east-1a'])
  const asked = await world.requestsDuring(async () => {
    const { steps, problems } = await world.plan(file('type: t3.medium'))
    expect({ steps, problems }).toEqual({ steps: [], problems: [] })
  })
  expect(asked.map(({ action }) => action)).not.toContain('DescribeInstanceTypes')
  expect(asked).toHaveLength(9)
})

it.each([
  ['type: t3.smal', 'PLAN_TYPE_UNKNOWN'],
  ['type: t4g.small', 'PLAN_ARCHITECTURE_MISMATCH'],
  ['type: t3.small, zone: us-east-1e', 'PLAN_TYPE_NOT_IN_ZONE'],
  ['type: t3.small, zone: us-east-1-bos-1a', 'PLAN_ZONE_NOT_FOUND'],
])('what EC2 would refuse is told by the plan, before anything is made: %s', async (server, code) => {
  const world = await start()
  const { applyable, problems } = await world.plan(file(server))
  expect({ applyable, codes: problems.map((problem) => problem.code) }).toEqual({ applyable: false, codes: [code] })
})
