import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterEach, expect, it } from 'vitest'
import { openProofWorld, type ProofWorld } from '../support/proof/proof-world.js'
import { simulationsOfFile } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { head } from '../support/stack-texts.js'

const start = simulationsOfFile()

const worlds: ProofWorld[] = []
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())))

it('a KMS key that does not exist is told, and corrected in the file the next apply makes the volume', async () => {
  const world = await start({ clock: 'virtual', switches: { kmsKeys: 'alias/data' } })
  const text = (key: string) =>
    `${head}volumes:\n  data: { size: 1, zone: us-east-1a, encrypted: true, kmsKey: ${key} }\n`
  const { result } = await world.apply(text('alias/dat'))
  expect(result.status).toBe('failed')
  expect(result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? outcome.error : []))).toMatchObject([
    { code: 'EC2_VOLUME_FAILED', hint: expect.stringContaining('KMS key') },
  ])
  expect((await world.census()).volumes).toEqual([])
  const healed = await world.apply(text('alias/data'))
  expect([healed.plan.problems, healed.result.status]).toEqual([[], 'converged'])
  expect((await world.plan(text('alias/data'))).steps).toEqual([])
  expect((await world.census()).volumes).toHaveLength(1)
})

it('a volume that EC2 fails to make after the run was killed is replaced by the next apply', async () => {
  const text = `evenkeel: 1
stack: failing
target: { region: us-east-1 }
servers: { web: { image: ${image}, type: t3.small, zone: us-east-1a } }
volumes: { data: { server: web, size: 1, mount: /srv/data } }
`
  const world = await openProofWorld({ faults: { volumeErrors: { probability: 1 } } })
  worlds.push(world)
  let isAsked = false
  const dying = await world.process({
    onRequest: (action) => {
      if (isAsked && action === 'DescribeVolumes') dying.kill()
      if (action === 'CreateVolume') isAsked = true
    },
  })
  await Promise.race([world.run(dying, { kind: 'apply', text }), dying.died])
  await world.clock.sleep(60_000)
  const states = async () =>
    (
      (
        await world.client.send(
          new DescribeVolumesCommand({ Filters: [{ Name: 'tag:evenkeel:address', Values: ['volume.data'] }] }),
        )
      ).Volumes ?? []
    ).map(({ State }) => State)
  expect([dying.isDead, await states()]).toEqual([true, ['error']])
  world.setFaults({})
  const end = await world.run(await world.process(), { kind: 'apply', text })
  expect(end).toEqual({ converged: true, problems: [] })
  await world.clock.sleep(60_000)
  expect(await states()).toEqual(['in-use'])
  expect(await world.leftToDo(text)).toEqual([])
})
