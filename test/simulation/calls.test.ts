import { expect, it } from 'vitest'
import type { RequestRecord } from '../../src/sandbox/sandbox.js'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

const servers = 20
const stack = `evenkeel: 1
stack: many
target: sandbox
servers:
  web:
    count: ${servers}
    image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }
    type: t3.small
    zone: us-east-1a
volumes:
${Array.from({ length: servers }, (_, index) => `  d${index}: { server: "web[${index}]", size: 10, mount: /srv/d${index} }`).join('\n')}
`

function countOf(requests: readonly RequestRecord[], ...actions: readonly string[]): number {
  return requests.filter(({ action }) => actions.includes(action)).length
}

function describesIn(requests: readonly RequestRecord[]): number {
  return requests.filter(({ action }) => action.startsWith('Describe')).length
}

// Without hosts: each server's console read (20 more calls) is left out, and its tags are written all the same.
it('20 servers with 20 volumes take few calls, at EC2’s latencies', async () => {
  const world = await start({ latencies: 'real', clock: 'wire' })
  const apply = await world.requestsDuring(() => world.apply(stack))
  // What cannot be shared: a volume is created, attached and recorded; a server is tagged; four one-offs and the ledger.
  expect(countOf(apply, 'CreateVolume', 'AttachVolume')).toBe(2 * servers)
  expect(countOf(apply, 'RunInstances')).toBe(1)
  expect(countOf(apply, 'CreateTags')).toBeLessThanOrEqual(2 * servers + 1)
  expect(apply.length + servers).toBeLessThanOrEqual(130)
  expect(describesIn(apply)).toBeLessThanOrEqual(25)

  const plan = await world.requestsDuring(async () => expect((await world.plan(stack)).steps).toEqual([]))
  expect(plan.length).toBeLessThanOrEqual(9)

  const destroy = await world.requestsDuring(() => world.destroy(stack))
  // What cannot be shared: a volume is detached, copied and deleted.
  expect(countOf(destroy, 'DetachVolume', 'CreateSnapshot', 'DeleteVolume')).toBe(3 * servers)
  // Servers whose volumes leave within the same second end together; a detachment takes 4 s now and then.
  expect(countOf(destroy, 'TerminateInstances')).toBeLessThanOrEqual(4)

  expect(destroy.length).toBeLessThanOrEqual(95)
}, 60_000)

it('tags that alike servers are to have are written by one call', async () => {
  const world = await start({ latencies: 'real', clock: 'wire' })
  const tagged = (team: string) => stack.replace('type:', `tags: { team: ${team} }\n    type:`)
  await world.apply(tagged('red'))
  const update = await world.requestsDuring(() => world.apply(tagged('blue')))
  expect(countOf(update, 'CreateTags')).toBe(1)
  expect((await world.plan(tagged('blue'))).steps).toEqual([])
}, 60_000)
