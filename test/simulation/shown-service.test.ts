import { expect, it } from 'vitest'
import { showText } from '../../src/report/show/show-text.js'
import { simulationsOfFile } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const start = simulationsOfFile()

it('show tells how members of a scaling group and targets of a load balancer are, servers by their address', async () => {
  const world = await start()
  const text = `evenkeel: 1
stack: shown
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
scalingGroups:
  pool:
    { image: ${image}, type: t3.small, min: 1, max: 3, desired: 2, zones: [us-east-1a, us-east-1b], securityGroups: [edge], loadBalancer: front, health: { grace: 0 } }
loadBalancers:
  front: { securityGroups: [edge], targets: { servers: [server.web], port: 8080 } }
`
  await world.apply(text)
  const shown = showText(await world.observe(text), { color: false })
  expect(shown).toMatch(/^ {2}scalingGroup\.pool {2}1 to 3, 2 desired {2}shown\/pool$/m)
  expect(shown.match(/^ {4}InService {2}us-east-1[ab] {2}i-[0-9a-f]{17}$/gm)).toHaveLength(2)
  expect(shown).toMatch(
    /^ {2}loadBalancer\.front {2}application {2}80 http {2}front-\S+\.elb\.amazonaws\.com {2}front-/m,
  )
  expect(shown).toMatch(/^ {4}server\.web:8080 {2}\w+/m)
  expect(shown.match(/^ {4}i-[0-9a-f]{17}:8080 {2}\w+/gm)).toHaveLength(2)
})
