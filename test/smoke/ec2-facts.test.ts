import { randomUUID } from 'node:crypto'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateVolumeCommand,
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeVolumesCommand,
  GetConsoleOutputCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { required } from '../../src/core/assert.js'
import { factsText, outcomeOf, type Fact } from './facts.js'
import { isReal, openSmokePlace, removeAll, smokeLimits, smokeTags, type SmokePlace } from './smoke-place.js'

const run = randomUUID().slice(0, 8)
const facts: Fact[] = []
const note = (what: string, seen: string) => void facts.push({ what, seen })
const minuteMs = 60_000

let place: SmokePlace
let zone = ''

beforeAll(async () => {
  place = await openSmokePlace()
  await removeAll(place.client)
  const zones = await place.client.send(new DescribeAvailabilityZonesCommand({}))
  zone = required(zones.AvailabilityZones?.find(({ State }) => State === 'available')?.ZoneName, 'an available zone')
}, 5 * minuteMs)

afterAll(async () => {
  process.stdout.write(`${factsText(place.name, facts)}\n`)
  await place.close()
}, 10 * minuteMs)

/** Looks again until something is to be seen; how long that took. */
async function untilSeen<Seen>(
  look: () => Promise<Seen | undefined>,
  limitMs = 5 * minuteMs,
): Promise<{ readonly seen: Seen; readonly afterMs: number }> {
  const startedAt = Date.now()
  for (;;) {
    const seen = await look()
    const afterMs = Date.now() - startedAt
    if (seen !== undefined) return { seen, afterMs }
    if (afterMs > limitMs) throw new Error(`not to be seen within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, place.lookEveryMs))
  }
}

describe('what the lock rests on', () => {
  const LaunchTemplateName = `evenkeel-smoke-${run}`
  const creation = (ClientToken: string) =>
    new CreateLaunchTemplateCommand({
      LaunchTemplateName,
      ClientToken,
      LaunchTemplateData: { UserData: Buffer.from(ClientToken).toString('base64') },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: smokeTags(run) }],
    })
  const create = async (token: string) =>
    (await place.client.send(creation(token))).LaunchTemplate?.LaunchTemplateId ?? ''
  const remove = (LaunchTemplateId: string) => place.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }))
  let id = ''
  let token = ''

  it('gives a name to one of many who ask for it at once', { timeout: minuteMs }, async () => {
    const tokens = Array.from({ length: 8 }, () => randomUUID())
    const outcomes = await Promise.allSettled(tokens.map(create))
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []))
    expect(won).toHaveLength(1)
    const [winner = 0] = won
    token = tokens[winner] ?? ''
    id = (outcomes[winner] as PromiseFulfilledResult<string>).value
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as Error).name] : [],
    )
    expect(new Set(refusals)).toEqual(new Set(['InvalidLaunchTemplateName.AlreadyExistsException']))
  })

  it('answers the same token with the same template', { timeout: minuteMs }, async () => {
    expect(await create(token)).toBe(id)
  })

  it('shows a template by its name, sooner or later', { timeout: 6 * minuteMs }, async () => {
    const { seen, afterMs } = await untilSeen(async () => {
      const found = await place.client
        .send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] }))
        .catch(() => undefined)
      return found?.LaunchTemplates?.[0]
    })
    expect(seen.LaunchTemplateId).toBe(id)
    note('a new launch template is seen by its name after', `${afterMs} ms`)
  })

  it('numbers versions upwards', { timeout: minuteMs }, async () => {
    const add = async () => {
      const { LaunchTemplateVersion } = await place.client.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId: id,
          ClientToken: randomUUID(),
          LaunchTemplateData: { UserData: Buffer.from(run).toString('base64') },
        }),
      )
      return LaunchTemplateVersion?.VersionNumber ?? 0
    }
    const first = await add()
    await place.client.send(
      new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [String(first)] }),
    )
    const second = await add()
    note('the number of a deleted template version is', second === first ? 'given again' : 'not given again')
    expect(second).toBeGreaterThanOrEqual(first)
  })

  it('deletes by id once, whoever asks', { timeout: minuteMs }, async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcomeOf(remove(id))))
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome.startsWith('InvalidLaunchTemplateId.NotFound'))).toHaveLength(7)
  })

  it('leaves the successor of a deleted template alone', { timeout: minuteMs }, async () => {
    const next = await create(randomUUID())
    expect(next).not.toBe(id)
    expect(await outcomeOf(remove(id))).toMatch(/^InvalidLaunchTemplateId.NotFound/)
    expect(await outcomeOf(remove(next))).toBe('answered')
  })
})

describe('what creations that are asked for twice rest on', () => {
  const volume = (ClientToken: string, Size: number = smokeLimits.volumeSizeGiB) =>
    place.client.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        Size,
        VolumeType: 'gp3',
        ClientToken,
        TagSpecifications: [{ ResourceType: 'volume', Tags: smokeTags(run) }],
      }),
    )

  it('makes one volume for one token', { timeout: 6 * minuteMs }, async () => {
    const token = randomUUID()
    const first = await volume(token)
    expect((await volume(token)).VolumeId).toBe(first.VolumeId)
    expect(await outcomeOf(volume(token, smokeLimits.volumeSizeGiB + 1))).toMatch(/^IdempotentParameterMismatch/)
    const { afterMs } = await untilSeen(async () => {
      const Filters = [{ Name: 'tag:Name', Values: [`evenkeel-smoke-${run}`] }]
      return (await place.client.send(new DescribeVolumesCommand({ Filters }))).Volumes?.[0]
    })
    note('a new volume is seen by its tags after', `${afterMs} ms`)
    await untilSeen(async () => {
      const { Volumes } = await place.client.send(new DescribeVolumesCommand({ VolumeIds: [first.VolumeId ?? ''] }))
      return Volumes?.[0]?.State === 'available' ? true : undefined
    })
    const grow = (Size: number) => place.client.send(new ModifyVolumeCommand({ VolumeId: first.VolumeId, Size }))
    await grow(smokeLimits.volumeSizeGiB + 1)
    note(
      'a volume that is being changed answers another change with',
      await outcomeOf(grow(smokeLimits.volumeSizeGiB + 2)),
    )
  })

  it(
    'launches one batch for one token, and numbers its members',
    { timeout: smokeLimits.minutes * minuteMs },
    async () => {
      const ClientToken = randomUUID()
      const input: RunInstancesCommandInput = {
        ClientToken,
        MinCount: smokeLimits.instances,
        MaxCount: smokeLimits.instances,
        ImageId: 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
        InstanceType: smokeLimits.instanceType,
        Placement: { AvailabilityZone: zone },
        MetadataOptions: { HttpTokens: 'required' },
        // Whatever becomes of this run, they end by themselves.
        InstanceInitiatedShutdownBehavior: 'terminate',
        UserData: Buffer.from(`#!/bin/sh\nshutdown -h +${smokeLimits.minutes}\n`).toString('base64'),
        TagSpecifications: [
          { ResourceType: 'instance', Tags: smokeTags(run) },
          { ResourceType: 'volume', Tags: smokeTags(run) },
        ],
      }
      note(
        'a call that would have been allowed is told by',
        await outcomeOf(
          place.client.send(new RunInstancesCommand({ ...input, ClientToken: randomUUID(), DryRun: true })),
        ),
      )
      const launch = async () => (await place.client.send(new RunInstancesCommand(input))).Instances ?? []
      const first = await launch()
      const idsOf = (instances: readonly Instance[]) => instances.map(({ InstanceId }) => InstanceId ?? '').sort()
      const InstanceIds = idsOf(first)
      expect(new Set(first.map(({ AmiLaunchIndex }) => AmiLaunchIndex))).toEqual(new Set([0, 1]))
      expect(idsOf(await launch())).toEqual(InstanceIds)
      expect(await outcomeOf(place.client.send(new RunInstancesCommand({ ...input, UserData: '' })))).toMatch(
        /^IdempotentParameterMismatch/,
      )
      const seenByToken = await untilSeen(async () => {
        const Filters = [{ Name: 'client-token', Values: [ClientToken] }]
        const found = await place.client.send(new DescribeInstancesCommand({ Filters }))
        const instances = (found.Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])
        return instances.length === InstanceIds.length ? instances : undefined
      })
      note('a batch is seen whole by its token after', `${seenByToken.afterMs} ms`)

      const state = (wanted: string) =>
        untilSeen(async () => {
          const found = await place.client.send(new DescribeInstancesCommand({ InstanceIds }))
          const states = (found.Reservations ?? [])
            .flatMap(({ Instances }) => Instances ?? [])
            .map(({ State }) => State?.Name)
          return states.every((name) => name === wanted) ? true : undefined
        }, 10 * minuteMs)
      note('a batch runs after', `${(await state('running')).afterMs} ms`)
      note(
        'starting what runs is answered with',
        await outcomeOf(place.client.send(new StartInstancesCommand({ InstanceIds }))),
      )
      const console_ = await untilSeen(async () => {
        const { Output = '' } = await place.client.send(
          new GetConsoleOutputCommand({ InstanceId: InstanceIds[0] ?? '', Latest: true }),
        )
        return Buffer.from(Output, 'base64').toString().includes('BEGIN SSH HOST KEY KEYS') ? true : undefined
      }, 10 * minuteMs).catch(() => undefined)
      note(
        'host keys stand on the console, after it runs,',
        console_ ? `${console_.afterMs} ms` : 'not within 10 minutes',
      )
      await place.client.send(new StopInstancesCommand({ InstanceIds }))
      await state('stopped')
      note(
        'stopping what is stopped is answered with',
        await outcomeOf(place.client.send(new StopInstancesCommand({ InstanceIds }))),
      )
      await place.client.send(new TerminateInstancesCommand({ InstanceIds }))
      note('ended instances are `terminated` after', `${(await state('terminated')).afterMs} ms`)
      expect(await outcomeOf(place.client.send(new TerminateInstancesCommand({ InstanceIds })))).toBe('answered')

      // EC2 was seen to answer both ways; evenkeel takes the token for burnt either way.
      const again = await outcomeOf(launch())
      note('the token of ended instances is answered with', again)
      expect(again).toMatch(/^(answered|IdempotentInstanceTerminated)/)
    },
  )

  it('says what becomes of a key pair that is not there', { timeout: minuteMs }, async () => {
    const outcome = await outcomeOf(place.client.send(new DeleteKeyPairCommand({ KeyName: `evenkeel-smoke-${run}` })))
    note('deleting a key pair that is not there is answered with', outcome)
    expect(outcome).toMatch(/^(answered|InvalidKeyPair.NotFound)/)
  })
})

it('asks a real account only where that is wanted', () => {
  expect(place.name === 'the sandbox').toBe(!isReal)
})
