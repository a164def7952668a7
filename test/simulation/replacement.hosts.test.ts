import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const newer = image.replace('12', '13')
const mark = '/srv/data/mark'

/** Set-up finds what the first server wrote, or fails: each new server looks whether the volume has come with its bytes. */
const stack = (of: string, setup = `grep -qx kept ${mark}`, more = '') => `
evenkeel: 1
stack: swap
target: sandbox
servers:
  web: { image: ${of}, type: t3.small, zone: us-east-1a, elasticIp: true, setup: ["${setup}"]${more} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`

const first = stack(image, `echo kept > ${mark}`)

describe.skipIf(noHostsBecause !== undefined)(`a replacement${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: Simulation
  beforeAll(async () => {
    world = await startSimulation({ hosts: 'linux' })
    await world.apply(first)
    await world.apply(stack(image))
  })
  afterAll(() => world?.close())

  /** Where the volume is mounted, and on which instance. */
  const mounted = async (text: string) => {
    const { servers, hosts, elasticIps = [] } = await world.observe(text)
    const facts = hosts['server.web']
    const paths = facts?.kind === 'read' ? facts.mounts.map(({ path }) => path).filter((path) => path !== '/') : facts
    return { instances: servers.map(({ id }) => id), paths, address: elasticIps[0]?.association?.instanceId }
  }

  it('that EC2 has no capacity for leaves the old server running, with its volume mounted and its address', async () => {
    const before = await mounted(stack(image))
    expect(before).toMatchObject({ paths: ['/srv/data'], address: before.instances[0] })
    const failure = { code: 'InsufficientInstanceCapacity', httpStatus: 500 }
    world.setFaults({ scripted: [1, 2, 3, 4, 5, 6].map((call) => ({ action: 'RunInstances', call, failure })) })
    expect((await world.apply(stack(newer))).result.status).toBe('failed')
    world.setFaults({})
    expect(await mounted(stack(newer))).toEqual(before)
  })

  it(
    'that is killed anywhere is finished by the next apply, with every byte of the volume',
    { timeout: 240_000 },
    async () => {
      // After the launch, while volume and address move, and before the old server ends; all calls: replacement.test.ts.
      for (const [turn, calls] of [2, 5, 8].entries()) {
        const text = stack(turn % 2 === 0 ? newer : image)
        const before = await mounted(text)
        expect(await world.kill(text, calls)).toBe(true)
        const { result } = await world.apply(text)
        expect(result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))).toEqual([])
        expect((await world.plan(text)).steps).toEqual([])
        const after = await mounted(text)
        expect(after).toMatchObject({ paths: ['/srv/data'], address: after.instances[0] })
        expect(after.instances).toHaveLength(1)
        expect(after.instances).not.toEqual(before.instances)
      }
    },
  )

  it('of a server whose first boot failed comes about, and one that cannot be entered is stopped for it', async () => {
    const { instances } = await world.census()
    const broken = stack(newer, 'true', ', onUserDataChange: replace, userData: "#!/bin/sh\\nexit 1"')
    expect((await world.apply(broken)).result.status).not.toBe('converged')
    // The successor never got ready: the old server has everything still.
    const pair = await world.observe(broken)
    expect(pair.servers).toHaveLength(2)
    expect(pair.volumes.map(({ attachment }) => attachment?.instanceId)).toEqual(instances)
    const mended = broken.replace('exit 1', 'exit 0')
    const { plan, result } = await world.apply(mended)
    expect(plan.steps.filter(({ kind }) => kind === 'terminate-server')).toHaveLength(2)
    expect(result.status).toBe('converged')
    expect((await mounted(mended)).paths).toEqual(['/srv/data'])
  })

  it('is not begun for a destroy: everything goes, and each root disk has left one snapshot', async () => {
    expect((await world.destroy(stack(newer))).result.status).toBe('converged')
    const { instances, volumes } = await world.census()
    expect([instances, volumes]).toEqual([[], []])
    const Filters = [{ Name: 'tag:evenkeel:role', Values: ['root'] }]
    const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
    expect(new Set(Snapshots.map(({ VolumeId }) => VolumeId)).size).toBe(Snapshots.length)
  })
})
