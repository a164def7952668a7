import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const refused = { code: 'UnauthorizedOperation', httpStatus: 403 }

describe.skipIf(noHostsBecause !== undefined)(`an archive${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: Simulation
  const directory = temporaryDirectory('archives')
  const music = join(directory.path, 'music')
  let turn = 0
  let text = ''

  beforeAll(async () => {
    world = await startSimulation({ hosts: 'linux' })
  })
  afterAll(async () => {
    await world?.close()
    directory.remove()
  })
  beforeEach(() => {
    turn += 1
    mkdirSync(music, { recursive: true })
    writeFileSync(join(music, 'a.txt'), `turn ${turn}`)
    text = `
evenkeel: 1
stack: s${turn}
target: sandbox
archives:
  music: { from: ${music}/, keep: 1, server: { image: ${image}, type: t3.small } }
`
  })
  afterEach(() => world.setFaults({}))

  const expectNothingTemporary = async () => {
    const { instances, volumes } = await world.census()
    expect({ instances, volumes }).toEqual({ instances: [], volumes: [] })
  }

  const versionsOf = async (stack: string) => {
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
    const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
    return Snapshots.map(({ Tags }) => Tags?.find(({ Key }) => Key === 'evenkeel:version')?.Value)
  }

  it.each(['RunInstances', 'AttachVolume', 'CreateSnapshot'])(
    'leaves nothing temporary when %s is refused, and the next apply makes the version',
    async (action) => {
      world.setFaults({ scripted: [{ action, call: 1, failure: refused }] })
      const { result } = await world.apply(text)
      expect(result.status).toBe('partial')
      await expectNothingTemporary()
      expect(await versionsOf(`s${turn}`)).toEqual([])
      world.setFaults({})
      expect((await world.apply(text)).result.status).toBe('converged')
      await expectNothingTemporary()
      expect(await versionsOf(`s${turn}`)).toEqual(['1'])
      expect((await world.plan(text)).steps).toEqual([])
    },
  )

  it('leaves nothing temporary when its directory vanishes before the copy', async () => {
    const plan = await world.plan(text)
    rmSync(music, { recursive: true })
    const result = await world.carryOut(plan)
    const failed = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(failed).toEqual(['SYNC_SOURCE_MISSING'])
    await expectNothingTemporary()
    expect(await versionsOf(`s${turn}`)).toEqual([])
    const blind = await world.plan(text)
    expect(blind.steps).toEqual([])
    expect([blind.applyable, blind.problems.map(({ code }) => code)]).toEqual([false, ['SYNC_SOURCE_MISSING']])
  })

  it('leaves nothing temporary when it is interrupted in the copy', async () => {
    const controller = new AbortController()
    const { result } = await world.apply(text, {
      signal: controller.signal,
      events: (event) => {
        if (event.kind === 'step-started' && event.step.kind === 'copy-files') controller.abort()
      },
    })
    expect(result.status).toBe('cancelled')
    await expectNothingTemporary()
    expect(await versionsOf(`s${turn}`)).toEqual([])
  })

  it('has its leftovers taken away by the next apply when the clean-up itself fails', async () => {
    world.setFaults({ scripted: [{ action: 'TerminateInstances', call: 1, failure: refused }] })
    const { result } = await world.apply(text)
    expect(result.status).toBe('partial')
    world.setFaults({})
    const before = await world.census()
    expect(before.instances).toHaveLength(1)
    const { plan, result: second } = await world.apply(text)
    expect(second.status).toBe('converged')
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['remove-temporary'])
    await expectNothingTemporary()
    expect(await versionsOf(`s${turn}`)).toEqual(['1'])
    expect((await world.plan(text)).steps).toEqual([])
  })

  it('has its leftovers taken away by destroy, which keeps the versions', async () => {
    world.setFaults({ scripted: [{ action: 'TerminateInstances', call: 1, failure: refused }] })
    await world.apply(text)
    world.setFaults({})
    expect((await world.destroy(text)).result.status).toBe('converged')
    await expectNothingTemporary()
    expect(await versionsOf(`s${turn}`)).toEqual(['1'])
    expect((await world.planDestroy(text)).steps).toEqual([])
  })

  it('grows its volume for a directory that has become too large for it, sparse files and all', async () => {
    text = text.replace('keep: 1', "keep: 1, slack: '900%'")
    expect((await world.apply(text)).result.status).toBe('converged')
    writeFileSync(join(music, 'sparse'), '')
    truncateSync(join(music, 'sparse'), 120 * 2 ** 20)
    const { plan, result } = await world.apply(text)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect(plan.steps.map(({ kind }) => kind)).toContain('grow-filesystem')
    const { Snapshots = [] } = await world.client.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'tag:evenkeel:stack', Values: [`s${turn}`] }] }),
    )
    expect(Snapshots.map(({ VolumeSize }) => VolumeSize)).toEqual([2])
    expect(await versionsOf(`s${turn}`)).toEqual(['2'])
    rmSync(join(music, 'sparse'))
  })

  it('can be of an empty directory', async () => {
    rmSync(join(music, 'a.txt'))
    expect((await world.apply(text)).result.status).toBe('converged')
    expect(await versionsOf(`s${turn}`)).toEqual(['1'])
    expect((await world.plan(text)).steps).toEqual([])
  })
})
