import * as ec2 from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { actions } from '../../src/sandbox/actions/registry.js'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import type { Members, Shape } from '../../src/sandbox/wire/shape.js'
import { askSigned } from './signed-request.js'
import { clientOf, testSandbox } from './support.js'

let sandbox: Sandbox
const reports: string[] = []
/** Of what there is, so that odd words come to what stands behind the look for an id. */
const ids: string[] = []
beforeAll(async () => {
  sandbox = await testSandbox({ onReport: (text) => reports.push(text), switches: { instanceProfiles: 'web' } })
  const client = clientOf(sandbox)
  const { Images = [] } = await client.send(
    new ec2.DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }] }),
  )
  const run = { ImageId: Images[0]?.ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const
  const { Instances = [] } = await client.send(new ec2.RunInstancesCommand(run))
  const [{ InstanceId = '', SubnetId = '', VpcId = '', SecurityGroups = [] } = {}] = Instances
  const made = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  const { ImageId } = await client.send(new ec2.CreateImageCommand({ InstanceId, Name: 'own', NoReboot: true }))
  const { Snapshots = [] } = await client.send(new ec2.DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
  const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}))
  const { RouteTables = [] } = await client.send(new ec2.DescribeRouteTablesCommand({}))
  const template = { LaunchTemplateName: 'own', LaunchTemplateData: { InstanceType: 't3.micro' as const } }
  const { LaunchTemplate } = await client.send(new ec2.CreateLaunchTemplateCommand(template))
  const found = [InstanceId, SubnetId, VpcId, SecurityGroups[0]?.GroupId, made.VolumeId, ImageId, run.ImageId]
  const more = [Snapshots[0]?.SnapshotId, AllocationId, RouteTables[0]?.RouteTableId, LaunchTemplate?.LaunchTemplateId]
  ids.push(...[...found, ...more, 'own', 'web'].flatMap((id) => id ?? []))
})

const plainWords = `constructor __proto__ toString hasOwnProperty * ? \\ $ ${'é'.repeat(300)} 🙂
0 -1 1 4294967296 999999999999999 1e9 NaN true false all default self $Latest
us-east-1 us-east-1a mars-1a t3.micro gp3 io2 10.0.0.0/16 0.0.0.0/0 ::/0 10.0.0.0/33 tcp instance volume
/dev/sdf /dev/../sdf aGFsbG8= arn:aws:iam::1:x resolve:ssm:/constructor
i- vol-0123456789abcdef0 snap-ffffffff ami-0123456789abcdef0 sg-0123456789abcdef0`
const oddWords = fc.constantFrom('', ' ', '\0', 'ssh-ed25519 AAAA', ...plainWords.split(/\s/))

const words = () => fc.oneof(oddWords, fc.constantFrom(...ids))

/** What a parameter's name asks for -> how such an id begins. */
const prefixes = {
  instance: 'i-',
  volume: 'vol-',
  image: 'ami-',
  snapshot: 'snap-',
  subnet: 'subnet-',
  vpc: 'vpc-',
  group: 'sg-',
  allocation: 'eipalloc-',
  routetable: 'rtb-',
  launchtemplate: 'lt-',
} as const

function idsFor(path: string): readonly string[] {
  const asked = Object.entries(prefixes).filter(([what]) => path.toLowerCase().includes(what))
  return ids.filter((id) => asked.some(([, prefix]) => id.startsWith(prefix)))
}

/** Wire parameters of a shape, some of them left out, most of them wrong. */
function parametersOf(shape: Shape, path: string): fc.Arbitrary<Record<string, string>> {
  if (shape.kind === 'required') return parametersOf(shape.of, path)
  if (shape.kind === 'structure') return membersOf(shape.members, `${path}.`)
  if (shape.kind === 'list') {
    const items = fc.tuple(parametersOf(shape.of, `${path}.1`), parametersOf(shape.of, `${path}.2`))
    return items.chain(([one, two]) => fc.constantFrom(one, { ...one, ...two }))
  }
  const { values, otherValues = [] } = shape
  const fitting = values ? [fc.constantFrom(...values, ...otherValues)] : []
  const kinds = {
    integer: [fc.integer({ min: -2, max: 70_000 }).map(String)],
    boolean: [fc.constantFrom('true', 'false')],
  }
  const known = idsFor(path)
  if (known.length > 0) fitting.push(fc.constantFrom(...known), fc.constantFrom(...known), fc.constantFrom(...known))
  const own = kinds[shape.kind as keyof typeof kinds] ?? []
  return fc.oneof(words(), ...fitting, ...own).map((value) => ({ [path]: value }))
}

function membersOf(members: Members, prefix: string): fc.Arbitrary<Record<string, string>> {
  const parts = Object.entries(members).map(([name, shape]) => {
    const given = parametersOf(shape, prefix + name)
    return shape.kind === 'required' ? given : fc.option(given, { nil: {}, freq: 2 })
  })
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as Record<string, string>)
}

it.each([...actions.keys()])(
  '%s answers whatever is asked of it, and never with a mistake of its own',
  async (name) => {
    const { members } = actions.get(name)!
    await fc.assert(
      fc.asyncProperty(membersOf(members, ''), async (parameters) => {
        const { status, text } = await askSigned(sandbox, 'ec2', { Action: name, ...parameters })
        expect({ status, text, reports }).toMatchObject({
          text: expect.not.stringContaining('InternalError'),
          reports: [],
        })
      }),
      { numRuns: 8 },
    )
  },
)
