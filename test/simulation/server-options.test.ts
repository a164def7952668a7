import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DisassociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  MonitorInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const switches = { instanceProfiles: 'web,db' } as const

const stack = (more = '') =>
  `evenkeel: 1\nstack: odd\ntarget: sandbox\nservers:\n  web: { image: ${image}, type: m5.xlarge, zone: us-east-1a${more && `, ${more}`} }\n`
const all =
  'iamInstanceProfile: web, monitoring: true, cpu: { cores: 1, threadsPerCore: 2 }, metadata: { hopLimit: 3, instanceTags: enabled }, stopProtection: true, shutdownBehavior: terminate'
const others =
  'iamInstanceProfile: db, monitoring: false, cpu: { cores: 2, threadsPerCore: 1 }, metadata: { hopLimit: 2, tokens: optional }, stopProtection: false, shutdownBehavior: stop'

/** What EC2 has of them. */
async function optionsIn({ client, census }: Simulation) {
  const [InstanceId = ''] = (await census()).instances
  const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }))
  const instance = Reservations?.[0]?.Instances?.[0]
  const attribute = (Attribute: 'disableApiStop' | 'instanceInitiatedShutdownBehavior') =>
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }))
  const [stop, shutdown] = await Promise.all([
    attribute('disableApiStop'),
    attribute('instanceInitiatedShutdownBehavior'),
  ])
  const { CoreCount, ThreadsPerCore } = instance?.CpuOptions ?? {}
  const { HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags } = instance?.MetadataOptions ?? {}
  return {
    state: instance?.State?.Name,
    profile: instance?.IamInstanceProfile?.Arn?.replace(/.*\//, ''),
    monitoring: instance?.Monitoring?.State,
    cpu: [CoreCount, ThreadsPerCore],
    metadata: [HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags],
    stopProtection: stop.DisableApiStop?.Value,
    shutdown: shutdown.InstanceInitiatedShutdownBehavior?.Value,
  }
}

const asAll = {
  state: 'running',
  profile: 'web',
  monitoring: 'enabled',
  cpu: [1, 2],
  metadata: ['required', 3, 'enabled'],
  stopProtection: true,
  shutdown: 'terminate',
}
const asOthers = {
  state: 'running',
  profile: 'db',
  monitoring: 'disabled',
  cpu: [2, 1],
  metadata: ['optional', 2, 'enabled'],
  stopProtection: false,
  shutdown: 'stop',
}

/** A change, from one stack file to another, and what EC2 has then; without the second file everything goes. */
const changes: readonly { name: string; before?: string; after?: string; outcome?: object }[] = [
  { name: 'the first apply', after: stack(all), outcome: asAll },
  { name: 'other ones', before: stack(all), after: stack(others), outcome: asOthers },
  {
    name: 'the first ones of a server',
    before: stack(),
    after: stack(others),
    outcome: { ...asOthers, metadata: ['optional', 2, 'disabled'] },
  },
  {
    name: 'their end',
    before: stack(all),
    after: stack(),
    outcome: { ...asAll, profile: undefined, monitoring: 'disabled', stopProtection: false, shutdown: 'stop' },
  },
  { name: 'the end of everything', before: stack(others) },
]

describe('a run that changes the options of a server and is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

async function survivesDeath({ before, after, outcome }: (typeof changes)[number], calls: number): Promise<boolean> {
  const world = await startSimulation({ switches })
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(stack(), calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(stack()) : await world.apply(after)
    expect(result.status).toBe('converged')
    expect((await world.census()).instances).toHaveLength(after === undefined ? 0 : 1)
    if (after !== undefined) {
      expect((await world.plan(after)).steps).toEqual([])
      expect(await optionsIn(world)).toEqual(outcome)
    }
    return isDead
  } finally {
    await world.close()
  }
}

const simulation = simulationsOfFile()

describe('options of a server', () => {
  it('that somebody changed by hand are drift, and healed', async () => {
    const world = await simulation({ switches })
    const { client } = world
    await world.apply(stack(all))
    const InstanceId = (await world.census()).instances[0] ?? ''
    const { IamInstanceProfileAssociations } = await client.send(new DescribeIamInstanceProfileAssociationsCommand({}))
    const AssociationId = IamInstanceProfileAssociations?.[0]?.AssociationId
    await client.send(new DisassociateIamInstanceProfileCommand({ AssociationId }))
    await client.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: 'optional' }))
    await client.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpPutResponseHopLimit: 9 }))
    await client.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: false } }))
    await client.send(
      new ModifyInstanceAttributeCommand({ InstanceId, InstanceInitiatedShutdownBehavior: { Value: 'stop' } }),
    )
    const plan = await world.plan(stack(all))
    const diffs = plan.changes.find(({ address }) => address === 'server.web')?.diffs
    // What the file does not name (tokens) is nobody's drift.
    expect(diffs).toMatchObject([
      { path: 'iamInstanceProfile', before: null, after: 'web', cause: 'drift' },
      { path: 'metadata.hopLimit', before: 9, after: 3, cause: 'drift' },
      { path: 'shutdownBehavior', before: 'stop', after: 'terminate', cause: 'drift' },
      { path: 'stopProtection', before: false, after: true, cause: 'drift' },
    ])
    expect((await world.apply(stack(all))).result.status).toBe('converged')
    expect(await optionsIn(world)).toEqual({ ...asAll, metadata: ['optional', 3, 'enabled'] })
    expect((await world.plan(stack(all))).steps).toEqual([])
  })

  it('that the file does not name are left alone, and cost no call', async () => {
    const world = await simulation({ switches })
    await world.apply(stack())
    const InstanceIds = (await world.census()).instances
    await world.client.send(new MonitorInstancesCommand({ InstanceIds: [...InstanceIds] }))
    const requests = await world.requestsDuring(async () => {
      expect((await world.plan(stack())).changes.filter(({ kind }) => kind !== 'none')).toEqual([])
    })
    expect(requests.map(({ action }) => action)).not.toContain('DescribeInstanceAttribute')
    expect((await world.apply(stack())).result.outcomes).toEqual([])
    expect((await optionsIn(world)).monitoring).toBe('enabled')
  })

  it('changes the profile of a stopped server', async () => {
    const world = await simulation({ switches })
    const stopped = (profile: string) => stack(`state: stopped, iamInstanceProfile: ${profile}`)
    await world.apply(stopped('web'))
    expect((await world.apply(stopped('db'))).result.status).toBe('converged')
    expect(await optionsIn(world)).toMatchObject({ state: 'stopped', profile: 'db' })
  })

  it('waits for a profile that IAM has just made', async () => {
    const world = await simulation({ switches })
    const failure = {
      code: 'InvalidParameterValue',
      message: 'Value (web) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
      httpStatus: 400,
    }
    world.setFaults({ scripted: [1, 2, 3].map((call) => ({ action: 'RunInstances', call, failure })) })
    expect((await world.apply(stack('iamInstanceProfile: web'))).result.status).toBe('converged')
    world.setFaults({ scripted: [{ action: 'ReplaceIamInstanceProfileAssociation', call: 1, failure }] })
    expect((await world.apply(stack('iamInstanceProfile: db'))).result.status).toBe('converged')
    expect(await optionsIn(world)).toMatchObject({ profile: 'db' })
  })

  it('does not stop, replace or remove what the file protects from that', async () => {
    const world = await simulation({ switches })
    await world.apply(stack('stopProtection: true'))
    const refusalOf = async (text: string) => (await world.plan(text)).problems.map(({ code }) => code)
    const larger = stack('stopProtection: true').replace('m5.xlarge', 'm5.large')
    expect(await refusalOf(larger)).toContain('PLAN_PROTECTED')
    expect(await refusalOf(stack('stopProtection: true').replace('debian-12', 'debian-13'))).toContain('PLAN_PROTECTED')
    expect((await world.planDestroy(stack('stopProtection: true'))).problems).toMatchObject([
      { code: 'PLAN_PROTECTED' },
    ])
    expect((await world.apply(larger.replace('stopProtection: true', 'stopProtection: false'))).result.status).toBe(
      'converged',
    )
  })

  it.each(['AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation', 'DisassociateIamInstanceProfile'])(
    'survives a lost response to %s',
    async (action) => {
      const world = await simulation({ switches })
      const [before, after] = {
        AssociateIamInstanceProfile: ['', 'iamInstanceProfile: web'],
        ReplaceIamInstanceProfileAssociation: ['iamInstanceProfile: db', 'iamInstanceProfile: web'],
        DisassociateIamInstanceProfile: ['iamInstanceProfile: web', ''],
      }[action] as [string, string]
      await world.apply(stack(before))
      world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
      expect((await world.apply(stack(after))).result.status).toBe('converged')
      expect((await optionsIn(world)).profile).toBe(after === '' ? undefined : 'web')
      expect((await world.plan(stack(after))).steps).toEqual([])
    },
  )

  it('tells who stands in the way where somebody protected it by hand', async () => {
    const world = await simulation({ switches })
    await world.apply(stack())
    const [InstanceId = ''] = (await world.census()).instances
    await world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: true } }))
    await expect(world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }))).rejects.toThrow(
      'disableApiStop',
    )
    const { result } = await world.apply(stack('state: stopped'))
    const codes = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(codes).toEqual(['EC2_PROTECTED'])
  })
})
