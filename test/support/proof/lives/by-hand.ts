import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  RevokeSecurityGroupIngressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import type { ProofWorld } from '../proof-world.js'
import type { Hand } from './life.js'
import { stackVolumes } from './stack-volumes.js'

/** Of what there is, one. */
type Pick = <Item>(items: readonly Item[]) => Item | undefined
type Move = (world: ProofWorld, pick: Pick) => Promise<unknown>

const twoDaysMs = 48 * 3_600_000

/** What is done, to whatever there is for it; nothing where there is nothing. */
const moves: Readonly<Record<Hand, Move>> = {
  wait: ({ clock }) => clock.sleep(twoDaysMs),
  stop: onInstance(({ client }, InstanceIds) => client.send(new StopInstancesCommand({ InstanceIds }))),
  terminate: onInstance(({ client }, InstanceIds) => client.send(new TerminateInstancesCommand({ InstanceIds }))),
  rename: onInstance(({ client }, Resources) =>
    client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'Name', Value: 'mine' }] })),
  ),
  async detach({ client }, pick) {
    const volume = pick([...(await stackVolumes(client)).values()])
    if (volume?.instanceId !== undefined) await client.send(new DetachVolumeCommand({ VolumeId: volume.id }))
  },
  async 'delete-volume'({ client, clock }, pick) {
    const volume = pick([...(await stackVolumes(client)).values()])
    if (volume === undefined) return
    if (volume.instanceId !== undefined) await client.send(new DetachVolumeCommand({ VolumeId: volume.id }))
    await clock.sleep(60_000)
    await client.send(new DeleteVolumeCommand({ VolumeId: volume.id }))
  },
  async untag({ client }, pick) {
    const volume = pick([...(await stackVolumes(client)).values()])
    if (volume !== undefined)
      await client.send(new DeleteTagsCommand({ Resources: [volume.id], Tags: [{ Key: 'evenkeel:applied' }] }))
  },
  async 'open-door'(world, pick) {
    const group = pick(await groupsOf(world))
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 9, ToPort: 9, IpRanges: [{ CidrIp: '192.0.2.0/24' }] }]
    const isOpen = group?.IpPermissions?.some(({ FromPort }) => FromPort === 9) === true
    if (group && !isOpen)
      await world.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions }))
  },
  async 'close-door'(world, pick) {
    const group = pick((await groupsOf(world)).filter(({ IpPermissions = [] }) => IpPermissions.length > 0))
    const IpPermissions = group?.IpPermissions?.slice(0, 1)
    if (group) await world.client.send(new RevokeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions }))
  },
  async disassociate({ client }, pick) {
    const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}))
    const held = pick(Addresses.filter(({ AssociationId }) => AssociationId !== undefined))
    if (held) await client.send(new DisassociateAddressCommand({ AssociationId: held.AssociationId }))
  },
}

/** So long nobody does anything, so that what was done is over. */
const settleMs = 5 * 60_000

/** Does by hand what somebody does in the console; true when it took a volume away. */
export async function byHand(world: ProofWorld, hand: Hand, pick: number): Promise<void> {
  await moves[hand](world, (items) => items[pick % Math.max(1, items.length)])
  await world.clock.sleep(settleMs)
}

function onInstance(move: (world: ProofWorld, instanceIds: string[]) => Promise<unknown>): Move {
  return async (world, pick) => {
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    const alive = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => State?.Name === 'running' || State?.Name === 'stopped',
    )
    const instanceId = pick(alive)?.InstanceId
    if (instanceId !== undefined) await move(world, [instanceId])
  }
}

async function groupsOf({ client }: ProofWorld) {
  const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({}))
  return SecurityGroups.filter(({ GroupName }) => GroupName !== 'default')
}
