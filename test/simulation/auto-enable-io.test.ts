import {
  DescribeVolumeAttributeCommand,
  DescribeVolumesCommand,
  ModifyVolumeAttributeCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { policyFor } from '../support/policy-life.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()
const stack = (more: string) =>
  `evenkeel: 1\nstack: doubt\ntarget: sandbox\nvolumes:\n  data: { size: 1, zone: us-east-1a, onRemove: delete${more} }\n  other: { size: 1, zone: us-east-1a, onRemove: delete }\n`
const said = stack(', autoEnableIO: true')

async function volumeId({ client }: Simulation): Promise<string> {
  const Filters = [{ Name: 'tag:evenkeel:address', Values: ['volume.data'] }]
  const { Volumes = [] } = await client.send(new DescribeVolumesCommand({ Filters }))
  expect(Volumes).toHaveLength(1)
  return Volumes[0]?.VolumeId ?? ''
}

async function goesOn(world: Simulation): Promise<boolean | undefined> {
  const ask = { VolumeId: await volumeId(world), Attribute: 'autoEnableIO' } as const
  return (await world.client.send(new DescribeVolumeAttributeCommand(ask))).AutoEnableIO?.Value
}

describe.concurrent('a volume whose I/O goes on by itself', () => {
  it('is told so as it is made, and back, under the policy that iam-policy prints', async () => {
    const world = await start({ clock: 'system' })
    const apply = async (text: string) => {
      world.setPolicy(policyFor(text))
      const { plan, result } = await world.apply(text)
      expect(result.status).toBe('converged')
      expect((await world.plan(text)).steps).toEqual([])
      world.setPolicy(undefined)
      return plan.steps.map(({ kind }) => kind)
    }
    expect(await apply(said)).toContain('set-auto-enable-io')
    expect(await goesOn(world)).toBe(true)
    expect(await apply(stack(', autoEnableIO: false'))).toEqual(['set-auto-enable-io', 'tag-resource'])
    expect(await goesOn(world)).toBe(false)
    await apply(said)
    // What the file does not say any more is left as it is.
    expect(await apply(stack(''))).not.toContain('set-auto-enable-io')
    expect(await goesOn(world)).toBe(true)
    world.setPolicy(policyFor(said))
    expect((await world.destroy(said)).result.status).toBe('converged')
    world.setPolicy(undefined)
    expect((await world.client.send(new DescribeVolumesCommand({}))).Volumes).toEqual([])
  })

  it('has drifted where somebody has it wait, which an apply heals', async () => {
    const world = await start()
    await world.apply(said)
    const change = { VolumeId: await volumeId(world), AutoEnableIO: { Value: false } }
    await world.client.send(new ModifyVolumeAttributeCommand(change))
    const plan = await world.plan(said)
    expect(driftOf(plan).drifted.map(({ address, diffs }) => [address, diffs.map(({ path }) => path)])).toEqual([
      ['volume.data', ['autoEnableIO']],
    ])
    expect((await world.carryOut(plan)).status).toBe('converged')
    expect(await goesOn(world)).toBe(true)
    await world.client.send(new ModifyVolumeAttributeCommand(change))
    const ignored = said.replace('autoEnableIO: true', 'autoEnableIO: true, ignoreChanges: [autoEnableIO]')
    await world.apply(ignored)
    expect(await goesOn(world)).toBe(false)
  })

  it('costs a plan a call for each volume that says it, and none for others', async () => {
    const world = await start()
    await world.apply(said)
    const asked = async (text: string) =>
      (await world.requestsDuring(() => world.plan(text).then(() => undefined))).filter(
        ({ action }) => action === 'DescribeVolumeAttribute',
      ).length
    expect(await asked(said)).toBe(1)
    expect(await asked(stack(''))).toBe(0)
  })
})
