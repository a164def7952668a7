import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Tag,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const textOf = (size: number, type: string) => `
evenkeel: 1
stack: killed
target: sandbox
servers:
  web: { count: 2, image: ${image}, type: ${type}, zone: us-east-1a }
volumes:
  first: { server: 'web[0]', size: ${size}, fstype: xfs, mount: /srv/data }
  second: { server: 'web[1]', size: ${size}, mount: /srv/data }
sync:
  one: { from: ./site/, to: volume.first/site/ }
  two: { from: ./site/, to: volume.second/site/ }
`
const first = textOf(1, 't3.small')
const second = textOf(2, 't3.medium')

/** An instant of a run, by what it prints: a step of a kind begins, or has just ended. */
interface Instant {
  readonly event: 'step-started' | 'step-finished'
  readonly kind: string
}
const begun = (kind: string): Instant => ({ event: 'step-started', kind })
const ended = (kind: string): Instant => ({ event: 'step-finished', kind })

describe.skipIf(noHostsBecause !== undefined)(`kill -9 of the command line`, { timeout: 600_000 }, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('kill-9')
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`site/${at}.txt`, `${at}\n`.repeat(5_000)]))
    world.write({ 'first.yaml': first, 'second.yaml': second, ...files })
  })
  afterAll(() => world?.remove())

  const showIn = (text: string, { event, kind }: Instant) =>
    text.split('\n').some((line) => line.includes(`"event":"${event}"`) && line.includes(`"kind":"${kind}"`))

  /** Begins it, and ends its whole process group in that instant; resolves with what it printed. */
  async function killedAt(command: string, file: string, instant: Instant): Promise<string> {
    let isKilled = false
    const { stdout } = await world.run([command, file, '--yes', '--json'], {
      asGroup: true,
      onStdout: (text, kill) => {
        if (isKilled || !showIn(text, instant)) return
        isKilled = true
        kill('SIGKILL')
      },
    })
    return stdout
  }

  const inside = async (server: string, script: string) =>
    (await expectSuccess(world.run(['exec', '-f', 'first.yaml', server, '--', 'sudo', 'sh', '-ec', script]))).stdout
  const checksums = () =>
    Promise.all(
      ['web[0]', 'web[1]'].map((server) =>
        inside(
          server,
          'cd /srv/data/site && find . -type f | sort | xargs sha256sum | sha256sum; findmnt -n /srv/data',
        ),
      ),
    )

  async function census() {
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['killed'] }]
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ Filters }))
    const instances = Reservations.flatMap((reservation) => reservation.Instances ?? [])
    const alive = instances.filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
    const roots = new Set(
      alive.map(
        ({ BlockDeviceMappings = [], RootDeviceName }) =>
          BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs?.VolumeId,
      ),
    )
    const addresses = (items: readonly { readonly Tags?: readonly Tag[] | undefined }[]) =>
      items
        .map(({ Tags = [] }) => Tags.find(({ Key }) => Key === 'evenkeel:address')?.Value ?? 'of nobody')
        .toSorted((left, right) => left.localeCompare(right))
    return {
      instances: alive.length,
      // EC2 shows for a while what it deletes.
      volumes: addresses(Volumes.filter(({ VolumeId, State }) => State !== 'deleting' && !roots.has(VolumeId))),
      snapshots: addresses(Snapshots),
    }
  }

  async function expectWhole(file: string): Promise<readonly string[]> {
    await expectSuccess(world.run(['apply', file, '--yes']))
    await expectExit(world.run(['plan', file, '--detailed-exitcode']), 0)
    expect(await census()).toEqual({ instances: 2, volumes: ['volume.first', 'volume.second'], snapshots: [] })
    return checksums()
  }

  /**
   * Each instant after the other, of runs that go on from one to the next. Beside a busy neighbour a kill comes late, and its run has gone past
   * the instant that is next: it must have been then, and the first must come by itself.
   */
  async function killedAtEach(command: string, file: string, instants: readonly Instant[]): Promise<void> {
    let printed = ''
    for (const instant of instants) {
      printed += await killedAt(command, file, instant)
      expect({ instant, came: showIn(printed, instant) }).toEqual({ instant, came: true })
    }
  }

  it('in a first apply, an update and a destroy, again and again: the next run ends what it began', async () => {
    await killedAtEach('apply', 'first.yaml', [
      ended('create-volume'),
      ended('attach-volume'),
      begun('make-filesystem'),
      begun('copy-files'),
    ])
    const sums = await expectWhole('first.yaml')
    expect(sums).toHaveLength(2)

    await killedAtEach('apply', 'second.yaml', [begun('modify-volume'), ended('stop-server'), begun('grow-filesystem')])
    const grown = await expectWhole('second.yaml')
    expect(grown.map((text) => text.split('\n')[0])).toEqual(sums.map((text) => text.split('\n')[0]))

    await killedAtEach('destroy', 'second.yaml', [
      begun('unmount-volume'),
      ended('create-snapshot'),
      begun('delete-volume'),
    ])
    await expectSuccess(world.run(['destroy', 'second.yaml', '--yes']))
    expect(await census()).toEqual({ instances: 0, volumes: [], snapshots: ['volume.first', 'volume.second'] })
  })
})
