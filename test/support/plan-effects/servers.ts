import type { LiveServerOptions, ServerOptionChanges, ServerOptions } from '../../../src/model/launch/server-options.js'
import type { LiveServer } from '../../../src/model/kinds/server.js'
import { canBeStopped, isOpen, waitsForRoom, type LiveSpot, type SpotOptions } from '../../../src/model/launch/spot.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { tagKeys } from '../../../src/model/tags.js'
import { freeAddresses } from './elastic-ips.js'
import { leaveInterfaces } from './interfaces.js'
import { mountsFromFstab } from './filesystems.js'
import { Refused, withTags, type Mutable, type World } from './world.js'

export const serverEffects = {
  'create-server'(world: World, step: StepOf<'create-server'>) {
    const others = world.servers.filter(({ address }) => address === step.address)
    const isSuccessor = others.some(({ id }) => id === step.tags[tagKeys.supersedes])
    if (others.length > 0 && !isSuccessor) throw new Refused(`${step.address} exists`)
    const id = world.newId('i', step.id)
    world.servers.push({
      address: step.address,
      id,
      tags: step.tags,
      state: 'running',
      type: step.type,
      imageId: step.imageId ?? world.idOf(step.image!),
      architecture: 'x86_64',
      ...placeOf(world, step),
      keyName: step.keyName,
      securityGroupIds: groupIdsOf(world, step),
      privateIp: step.options?.privateIp ?? '172.31.0.10',
      publicIp: '198.51.100.10',
      rootVolume: { id: `${id}-root`, sizeGiB: step.rootVolume.sizeGiB ?? 8, type: step.rootVolume.type ?? 'gp3' },
      ...(step.options?.spot && { spot: launchedSpot(id, step.options.spot) }),
      ...(step.options && { options: optionsAfter(world, {}, launchOptions(step.options)) }),
    })
    world.ids.set(step.address, id)
    world.disks.set(id, { mounts: [], fstab: [] })
  },
  'start-server'(world: World, { address }: StepOf<'start-server'>) {
    const server = world.server(address)
    if (server.spot && (waitsForRoom(server) || !isOpen(server.spot))) throw new Refused('IncorrectSpotRequestState')
    server.state = 'running'
    if (server.spot) server.spot = { ...server.spot, state: 'active', status: 'fulfilled' }
    server.publicIp = server.elasticIp ?? '198.51.100.11'
    world.disk(server.id).mounts = [...mountsFromFstab(world, server.id)]
  },
  'stop-server'(world: World, { address, instanceId }: StepOf<'stop-server'>) {
    const server = world.instance(instanceId ?? world.idOf(address))
    if (server.options?.stopProtection === true) throw new Refused('OperationNotPermitted')
    if (!canBeStopped(server)) throw new Refused('UnsupportedOperation')
    server.state = 'stopped'
    if (server.spot) server.spot = { ...server.spot, state: 'disabled', status: 'instance-stopped-by-user' }
    // A public address that is nobody's own goes back with every stop.
    server.publicIp = server.elasticIp
    world.disk(server.id).mounts = []
  },
  'reboot-server'(world: World, { instanceId }: StepOf<'reboot-server'>) {
    if (world.instance(instanceId).state !== 'running') throw new Refused('IncorrectInstanceState')
    world.disk(instanceId).mounts = [...mountsFromFstab(world, instanceId)]
  },
  'modify-server'(world: World, step: StepOf<'modify-server'>) {
    const server = world.instance(step.instanceId ?? world.idOf(step.address))
    if (step.type !== undefined) {
      if (server.state !== 'stopped') throw new Refused('IncorrectInstanceState')
      server.type = step.type
    }
    if (step.securityGroups) {
      server.securityGroupIds = groupIdsOf(world, step)
    }
    if (step.options) {
      if ((step.options.cpu ?? step.options.placement) && server.state !== 'stopped')
        throw new Refused('IncorrectInstanceState')
      server.options = optionsAfter(world, server.options ?? {}, step.options)
    }
    if (step.protect === false) server.tags = withTags(server.tags, {}, [tagKeys.protect])
  },
  'cancel-spot-request'(world: World, { requestId }: StepOf<'cancel-spot-request'>) {
    for (const server of world.servers) {
      if (server.spot?.requestId === requestId) server.spot = { ...server.spot, state: 'cancelled' }
    }
    world.spotRequests = world.spotRequests.filter(({ id }) => id !== requestId)
  },
  'terminate-server': (world: World, { instanceId }: StepOf<'terminate-server'>) => terminate(world, instanceId),
  'connect-host'(world: World, { address }: StepOf<'connect-host'>) {
    const server = world.server(address)
    if (server.state !== 'running') throw new Refused(`${address} does not run`)
    server.tags = { [tagKeys.hostKey]: 'ssh-ed25519 AAAAhost', ...server.tags }
  },
  'authorize-key'(world: World, { address }: StepOf<'authorize-key'>) {
    world.entered(address)
  },
  'run-setup'(world: World, { address }: StepOf<'run-setup'>) {
    world.entered(address)
  },
}

function groupIdsOf(
  world: World,
  { securityGroups = [], existingGroupIds = [] }: Pick<StepOf<'modify-server'>, 'securityGroups' | 'existingGroupIds'>,
): readonly string[] {
  return [...securityGroups.map((address) => world.idOf(address)), ...existingGroupIds].sort()
}

export function terminate(world: World, instanceId: string): void {
  const server = world.servers.find(({ id }) => id === instanceId)
  if (server?.tags[tagKeys.protect] === 'true' || server?.options?.stopProtection === true)
    throw new Refused('OperationNotPermitted')
  if (server?.spot && isOpen(server.spot)) throw new Refused('EC2 would launch another')
  if (world.volumes.some(({ attachment }) => attachment?.instanceId === instanceId)) {
    throw new Refused('volumes are still attached')
  }
  world.servers = world.servers.filter(({ id }) => id !== instanceId)
  freeAddresses(world, instanceId)
  leaveInterfaces(world, instanceId)
}

function launchedSpot(instanceId: string, { interruption }: SpotOptions): LiveSpot {
  const isPersistent = interruption === 'stop'
  return { requestId: `sir-${instanceId}`, state: 'active', status: 'fulfilled', isPersistent }
}

/** What a launch can ask for. */
function launchOptions(options: ServerOptions): ServerOptions {
  const { secondaryPrivateIps: _addresses, sourceDestCheck: _check, ...atLaunch } = options
  return atLaunch
}

/** A profile is known by its ARN; of the rest what is named alone changes. */
function optionsAfter(
  world: World,
  before: LiveServerOptions,
  { iamInstanceProfile, metadata, placement, ...others }: ServerOptionChanges,
): LiveServerOptions {
  const { iamInstanceProfile: former, placement: place, ...rest } = before
  const { group, ...where } = { ...place, ...placement }
  const known = world.placementGroups.find(({ address }) => address === group)?.groupName ?? group
  const placed = { ...where, ...(known !== undefined && known !== null && { group: known }) }
  const wanted = iamInstanceProfile === undefined ? former : iamInstanceProfile
  const profile =
    wanted === undefined || wanted === null ? undefined : wanted.startsWith('arn:') ? wanted : `${profilePath}${wanted}`
  return {
    ...rest,
    ...others,
    ...(metadata && { metadata: { ...before.metadata, ...metadata } }),
    ...(Object.keys(placed).length > 0 && { placement: placed }),
    ...(profile !== undefined && { iamInstanceProfile: profile }),
  }
}

const profilePath = 'arn:aws:iam::123456789012:instance-profile/'

/** The zone's default subnet is that of the servers that are there. */
function placeOf(
  world: World,
  { subnetId, subnet, zone }: StepOf<'create-server'>,
): Pick<Mutable<LiveServer>, 'zone' | 'subnetId' | 'vpcId'> {
  const { before } = world
  const own = world.networks.find(({ id }) => id === (subnet === undefined ? subnetId : world.idOf(subnet)))
  if (own?.part === 'subnet') return { zone: own.zone, subnetId: own.id, vpcId: own.vpcId }
  const asked = Object.values(before.subnets).find(({ id }) => id === subnetId)
  if (asked) return { zone: asked.zone, subnetId: asked.id, vpcId: asked.vpcId }
  const neighbour = before.servers.find((known) => known.zone === zone)
  return {
    zone: zone ?? '',
    subnetId: subnetId ?? neighbour?.subnetId ?? 'subnet-default',
    vpcId: neighbour?.vpcId ?? before.securityGroups[0]?.vpcId ?? 'vpc-default',
  }
}
