import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  DescribeAddressesCommand,
  DescribeVolumesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { faultsOfProfile } from '../../../src/sandbox/faults/profiles.js'
import { takeCensus, type Found } from './account-census.js'
import { textOf, type Hand, type Life, type Turn } from './arbitrary-lives.js'
import { openProofWorld, type Command, type ProofWorld } from './proof-world.js'

/** So many applies in a row may fail in chaos before it is made calm. */
const chaosRunsMax = 6
const settleMs = 5 * 60_000

/** Lives it, and looks after each turn whether everything holds; the first thing that does not, with what led to it; undefined when all does. */
export async function liveALife(life: Life): Promise<string | undefined> {
  const world = await openProofWorld({ seed: life.seed, faults: chaosOf(life) })
  const volumes = new Map<string, string>()
  let text = ''
  const story: string[] = []
  try {
    for (const turn of life.turns) {
      story.push(`turn ${story.length + 1}: ${tell(turn)}`)
      const before = text
      if (turn.kind === 'edit') text = textOf(turn.stack)
      // Whoever does it by hand sees the world as it is.
      world.setFaults({})
      if (turn.kind === 'hand') await byHand(world, turn.hand, turn.pick, volumes)
      const command = await commandOf(turn, text, world)
      world.setFaults(chaosOf(life))
      if (command === undefined) continue
      if ('doom' in turn && turn.doom) {
        const doomed = await world.process({ doom: turn.doom })
        await Promise.race([world.run(doomed, command), doomed.died])
        doomed.kill()
      }
      const next: Command = command.kind === 'destroy' ? command : { kind: 'apply', text }
      const wrong = await settle(world, life, next)
      // A file that cannot be applied as things are, e.g. because a volume would shrink, is taken back.
      if (wrong?.startsWith('refused') && turn.kind === 'edit') {
        story.push('  which is refused, and taken back')
        text = before
        if (before === '') return undefined
        const back = await settle(world, life, { kind: 'apply', text })
        if (back !== undefined) return [...story, back].join('\n')
      } else if (wrong !== undefined) return [...story, wrong].join('\n')
      await world.clock.sleep(settleMs)
      const census = await takeCensus(world.client)
      const broken = brokenIn(census, volumes, next)
      for (const { id, onRemove } of (await volumesOf(world)).values()) volumes.set(id, onRemove)
      if (broken.length > 0) return [...story, ...broken].join('\n')
    }
    return undefined
  } finally {
    await world.close()
  }
}

function chaosOf({ chaos }: Life) {
  return chaos ? faultsOfProfile('rough', 'real') : {}
}

/** Runs it until it converges; what is wrong with that, `refused …` when the plan says why it cannot be. */
async function settle(world: ProofWorld, life: Life, command: Command): Promise<string | undefined> {
  for (let runs = 0; life.chaos && runs < chaosRunsMax; runs += 1)
    if ((await world.run(await world.process(), command)).converged) break
  world.setFaults({})
  try {
    const end = await world.run(await world.process(), command)
    if (end.problems.some((text) => text.startsWith('refused'))) return end.problems.join('; ')
    if (!end.converged) return `did not converge: ${end.problems.join('; ')}`
    const left = command.kind === 'destroy' ? [] : await world.leftToDo(command.text)
    return left.length === 0 ? undefined : `left to do: ${left.join('; ')}`
  } finally {
    world.setFaults(chaosOf(life))
  }
}

/** One of each address, nothing of nobody, and every volume that ever was: there, or a snapshot of it. */
function brokenIn(census: readonly Found[], volumes: Map<string, string>, { kind }: Command): readonly string[] {
  const broken: string[] = []
  const single = new Map<string, number>()
  for (const { says, address } of census) {
    if (/ of nobody|temporary/.test(says)) broken.push(`orphan: ${says}`)
    if (says.startsWith('snapshot') || says.includes('retained') || address === undefined) continue
    const key = `${says.split(' ')[0]} ${address}`
    single.set(key, (single.get(key) ?? 0) + 1)
  }
  for (const [key, count] of single) if (count > 1) broken.push(`${count} times: ${key}`)
  if (kind === 'destroy') broken.push(...[...single.keys()].map((key) => `left by destroy: ${key}`))
  for (const [id, rule] of volumes) {
    const isThere = census.some((found) => found.id === id || found.volumeId === id)
    if (!isThere && rule !== 'delete') broken.push(`lost: ${id}, onRemove ${rule}`)
    if (!isThere) volumes.delete(id)
  }
  return broken
}

function tell(turn: Turn): string {
  const cut = 'doom' in turn && turn.doom ? `, killed at request ${turn.doom.request}:${turn.doom.how}` : ''
  switch (turn.kind) {
    case 'edit':
      return `this file is applied${cut}:\n${textOf(turn.stack)}`
    case 'hand':
      return `by hand: ${turn.hand} ${turn.pick}`
    default:
      return `${turn.kind}${cut}`
  }
}

/** What is run in a turn; undefined where it has nothing to be done with. */
async function commandOf(turn: Turn, text: string, world: ProofWorld): Promise<Command | undefined> {
  switch (turn.kind) {
    case 'edit':
    case 'hand':
      return { kind: 'apply', text }
    case 'destroy':
      return { kind: 'destroy', text }
    case 'checkpoint':
      return { kind: 'checkpoint', text, name: `at-${world.clock.now()}` }
    case 'snapshot': {
      const volumes = [...(await volumesOf(world)).keys()].sort()
      const [volume] = volumes.slice(turn.pick % Math.max(1, volumes.length))
      return volume === undefined ? undefined : { kind: 'snapshot', text, volume }
    }
  }
}

interface OwnVolume {
  readonly id: string
  readonly onRemove: string
  readonly instanceId: string | undefined
}

/** The volumes of the stack, by address; one that was kept out of the plan is none. */
async function volumesOf({ client }: ProofWorld): Promise<ReadonlyMap<string, OwnVolume>> {
  const { Volumes = [] } = await client.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'tag:evenkeel:stack', Values: ['life'] }] }),
  )
  const found = new Map<string, OwnVolume>()
  for (const { VolumeId = '', Tags = [], State, Attachments = [] } of Volumes) {
    const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value ?? '']))
    const address = tags.get('evenkeel:address') ?? ''
    if (!address.startsWith('volume.') || tags.has('evenkeel:retained') || State === 'deleting') continue
    const onRemove = tags.get('evenkeel:on-remove') ?? 'snapshot'
    found.set(address, { id: VolumeId, onRemove, instanceId: Attachments[0]?.InstanceId })
  }
  return found
}

/** Does by hand what somebody does in the console, to whatever there is for it; nothing where there is nothing. */
async function byHand(world: ProofWorld, hand: Hand, pick: number, known: Map<string, string>): Promise<void> {
  const { client, clock } = world
  const census = await takeCensus(client)
  const one = <Item>(items: readonly Item[]): Item | undefined => items[pick % Math.max(1, items.length)]
  const instanceId = one(census.filter(({ says }) => says.startsWith('instance')))?.id
  const volume = one([...(await volumesOf(world)).values()])
  const InstanceIds = instanceId === undefined ? [] : [instanceId]
  switch (hand) {
    case 'stop':
      if (instanceId !== undefined) await client.send(new StopInstancesCommand({ InstanceIds }))
      break
    case 'terminate':
      if (instanceId !== undefined) await client.send(new TerminateInstancesCommand({ InstanceIds }))
      break
    case 'detach':
      if (volume?.instanceId !== undefined) await client.send(new DetachVolumeCommand({ VolumeId: volume.id }))
      break
    case 'delete-volume':
      if (volume === undefined) break
      if (volume.instanceId !== undefined) await client.send(new DetachVolumeCommand({ VolumeId: volume.id }))
      await clock.sleep(60_000)
      await client.send(new DeleteVolumeCommand({ VolumeId: volume.id }))
      known.delete(volume.id)
      break
    case 'rename':
      if (instanceId !== undefined)
        await client.send(new CreateTagsCommand({ Resources: InstanceIds, Tags: [{ Key: 'Name', Value: 'mine' }] }))
      break
    case 'untag':
      if (volume !== undefined)
        await client.send(new DeleteTagsCommand({ Resources: [volume.id], Tags: [{ Key: 'evenkeel:applied' }] }))
      break
    case 'open-door': {
      const group = one(census.filter(({ says }) => says.startsWith('group')))
      if (group === undefined) break
      const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 9, ToPort: 9, IpRanges: [{ CidrIp: '192.0.2.0/24' }] }]
      await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.id, IpPermissions }))
      break
    }
    case 'disassociate': {
      const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}))
      const held = one(Addresses.filter(({ AssociationId }) => AssociationId !== undefined))
      if (held) await client.send(new DisassociateAddressCommand({ AssociationId: held.AssociationId }))
      break
    }
  }
  await clock.sleep(settleMs)
}
