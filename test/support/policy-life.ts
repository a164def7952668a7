import { AuthorizeSecurityGroupIngressCommand, CreateTagsCommand } from '@aws-sdk/client-ec2'
import { expect } from 'vitest'
import { checkpointsOf } from '../../src/model/checkpoint.js'
import { driftOf } from '../../src/model/drift-report.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { ApplyResult } from '../../src/executor/outcome.js'
import { policyOf, type PolicyChoice, type PolicyDocument } from '../../src/providers/ec2/permissions/policy.js'
import { parseStack } from '../../src/spec/parse.js'
import { exampleNames, examplesDirectory, exampleText } from './example-stacks.js'
import type { Simulation } from './simulation.js'
import { image } from './stacks.js'

/** The states of a stack file that a life goes through, first to last. */
export interface Life {
  readonly name: string
  readonly texts: readonly [string, ...string[]]
}

/** What is said to happen to each example once it stands; one that is not here is applied as it is. */
const updates: Readonly<Record<string, (text: string) => string>> = {
  'hello.yaml': (text) => text.replace('size: 1 #', 'size: 2 #').replace('type: t3.small', 'type: t3.medium'),
  'music-library.yaml': (text) =>
    text.replace('default: 1,', 'default: 2,').replace('purpose: staging', 'purpose: music'),
  'web-pair.yaml': (text) => text.replace('count: 2', 'count: 3').replace('port: 80,', 'port: 8080,'),
  'erlang-cluster.yaml': (text) => text.replace('default: 2,', 'default: 1,'),
}

/** Every example, with one update where it has one. What they copy from this machine is found wherever the life is. */
export const exampleLives: readonly Life[] = exampleNames.map((name) => {
  const text = exampleText(name).replaceAll('from: ./', `from: ${examplesDirectory}/`)
  const updated = updates[name]?.(text)
  return { name, texts: updated === undefined ? [text] : [text, updated] }
})

const everything = `evenkeel: 1
stack: everything
target: sandbox
securityGroups:
  door: { ingress: [{ port: 22, from: my-ip }], egress: [{ port: 443, to: 0.0.0.0/0 }] }
servers:
  web: { image: { ssm: /aws/service/debian/release/12/latest/amd64 }, type: t3.small, zone: us-east-1a, elasticIp: true, protect: true }
  old: { image: ${image}, type: t3.small, zone: us-east-1a, elasticIp: true, securityGroups: [door] }
volumes:
  plain: { server: web, size: 1, fstype: raw, encrypted: false, onRemove: delete }
  kept: { size: 1, zone: us-east-1a, snapshots: { share: ['210987654321'] } }
`

/** A stack with what no example has: an elastic address, a parameter, protection, a replacement, volumes that move and grow. */
export const everyNeed: Life = {
  name: 'a stack with every need',
  texts: [
    everything,
    everything
      .replace('size: 1, fstype', 'size: 2, fstype')
      .replace('server: web', 'server: old')
      .replace('protect: true', 'protect: false')
      .replace(
        'type: t3.small, zone: us-east-1a, elasticIp: true, securityGroups',
        'type: t3.medium, zone: us-east-1a, elasticIp: true, securityGroups',
      )
      .replace('port: 443', 'port: 80'),
    everything
      .replace('size: 1, fstype', 'size: 2, fstype')
      .replace('protect: true', 'protect: false')
      .replace(`${image}, type`, `${image.replace('12', '13')}, type`),
  ],
}

/** What drifts: a tag that somebody changed, and a door that somebody opened. */
async function meddle({ client }: Simulation, { servers, volumes, securityGroups }: LiveStack): Promise<void> {
  const Resources = [...servers, ...volumes].map(({ id }) => id).slice(0, 1)
  if (Resources.length > 0) await client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'Name', Value: 'x' }] }))
  const [group] = securityGroups
  if (!group) return
  const door = { IpProtocol: 'tcp', FromPort: 9999, ToPort: 9999, IpRanges: [{ CidrIp: '203.0.113.0/24' }] }
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.id, IpPermissions: [door] }))
}

export function policyFor(text: string, choice?: PolicyChoice): PolicyDocument {
  const parsed = parseStack({ file: 'stack.yaml', text })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'))
  return policyOf(parsed.spec, choice)
}

/**
 * A whole life under exactly the policies that are printed for it: looked at by a reader, applied, updated, drifted, checkpointed,
 * restored and destroyed. Expects that nothing was refused; returns the actions that were called under the whole policy.
 */
export async function liveUnderPolicy(
  world: Simulation,
  { texts: [first, ...updated] }: Life,
  isDone: (result: ApplyResult) => void,
): Promise<ReadonlySet<string>> {
  const called = new Set<string>()

  /** Under this policy and nothing beyond it. */
  async function under<Result>(policy: PolicyDocument, work: () => Promise<Result>): Promise<Result> {
    world.setPolicy(policy)
    let result: { readonly value: Result } | undefined
    const requests = await world.requestsDuring(async () => {
      result = { value: await work() }
    })
    world.setPolicy(undefined)
    const refused = requests.filter(({ errorCode = '' }) => /Unauthorized|AccessDenied/.test(errorCode))
    expect(refused.map(({ action, parameters }) => ({ action, parameters }))).toEqual([])
    for (const { action } of requests) called.add(action)
    if (!result) throw new Error('nothing was done')
    return result.value
  }
  const look = (text: string) =>
    under(policyFor(text, { readOnly: true }), async () => {
      const live = await world.observe(text)
      return { live, drift: driftOf(world.planFrom(live, text)) }
    })
  const carryOut = async (text: string, work: () => Promise<ApplyResult>) => isDone(await under(policyFor(text), work))

  await look(first)
  let text = first
  for (const next of [first, ...updated]) {
    text = next
    await carryOut(text, async () => (await world.apply(next)).result)
    await meddle(world, (await look(text)).live)
    await carryOut(text, async () => (await world.apply(next)).result)
  }
  const { live } = await look(text)
  if (live.volumes.length > 0) {
    const [volume] = live.volumes
    const name = volume?.address ?? ''
    await carryOut(text, async () => world.carryOut(await world.planSnapshot(text, name)))
    await carryOut(text, async () => world.carryOut(await world.planCheckpoint(text, 'first')))
    const { snapshots } = (await look(text)).live
    const [checkpoint] = checkpointsOf(snapshots, live.stack)
    const restore = Object.fromEntries(checkpoint?.snapshots.map(({ address, id }) => [address, id]) ?? [])
    const choice = { plan: { restore, checkpoint: `${live.stack}/first` } }
    await carryOut(text, async () => (await world.apply(text, choice)).result)
  }
  await carryOut(text, async () => (await world.destroy(text)).result)
  return called
}
