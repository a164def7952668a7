import { expect, it } from 'vitest'
import { simulationsOfFile } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { failuresOf } from '../support/tier.js'

const simulation = simulationsOfFile()

const stack = (of: string) => `evenkeel: 1
stack: odd
target: sandbox
networks:
  lab: { cidr: 10.20.0.0/16, subnets: { a: { cidr: 10.20.1.0/24, zone: us-east-1a }, b: { cidr: 10.20.2.0/24, zone: us-east-1a } } }
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
servers:
  web: { image: ${of}, type: t3.medium, subnet: network.lab.a, securityGroups: [web], interfaces: { storage: { subnet: network.lab.b } } }
loadBalancers:
  front: { kind: network, internal: true, subnets: [network.lab.a], targets: { servers: [web], port: 8080 } }
`

it('a server behind a load balancer leaves it for the one that its interfaces move to', async () => {
  const world = await simulation()
  expect(await failuresOf(world.apply(stack(image)))).toEqual([])
  const newer = stack(image.replace('12', '13'))
  const { steps } = await world.plan(newer)
  const kinds = ['create-server', 'deregister-target', 'ensure-interface', 'register-target', 'terminate-server']
  expect(steps.flatMap(({ kind }) => (kinds.includes(kind) ? [kind] : []))).toEqual(kinds)
  expect(await failuresOf(world.apply(newer))).toEqual([])
  expect((await world.plan(newer)).steps).toEqual([])
})
