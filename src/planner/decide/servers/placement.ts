import type { LiveImage } from '../../../model/launch/image.js'
import type { TypeOffer } from '../../../model/launch/offers.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import type { LiveServer, ServerSpec } from '../../../model/kinds/server.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { existingGroup, existingProblems } from '../existing.js'
import { errorOf, inEntry, warningOf } from '../decided.js'
import type { Launch } from './server-decision.js'

/** What EC2 would refuse of a launch after what was before it is gone: told before anything is made. */
export function launchProblems(
  world: World,
  spec: ServerSpec,
  {
    image,
    subnet,
    zone,
  }: { readonly image: LiveImage; readonly subnet: LiveSubnet | undefined; readonly zone: string },
): readonly Problem[] {
  const unknown = unknownZone(world, spec, spec.zone)
  if (unknown) return [unknown]
  const word = spec.zone === undefined ? (subnet === undefined ? 'type' : 'subnet') : 'zone'
  const network = subnet?.vpcId ?? defaultNetwork(world)
  return [
    ...typeProblems(world, spec, image.architecture, zone, word),
    ...(spec.alternatives ?? []).flatMap((other) =>
      alternativeProblems(world, { ...spec, ...other }, image.architecture, other.zone ?? zone),
    ),
    ...(subnet === undefined ? withoutSubnet(world, spec, zone) : []),
    ...existingProblems(world, spec),
    ...groupProblems(world, spec, network),
  ]
}

/** An alternative that EC2 would never take is a mistake, and no want of room. */
function alternativeProblems(world: World, spec: ServerSpec, architecture: string, zone: string): readonly Problem[] {
  const unknown = unknownZone(world, spec, spec.zone)
  const problems = unknown
    ? [unknown]
    : [
        ...typeProblems(world, spec, architecture, zone, 'alternatives'),
        ...(spec.subnet === undefined ? withoutSubnet(world, spec, zone) : []),
      ]
  return problems.map((problem) => inEntry(problem, 'alternatives'))
}

/** The same of a live server that becomes another type, or gets other groups. */
export function changeProblems(
  world: World,
  spec: ServerSpec,
  live: LiveServer,
  changed: ReadonlySet<string>,
): readonly Problem[] {
  return [
    ...(changed.has('type') ? typeProblems(world, spec, live.architecture, live.zone, 'type') : []),
    ...(changed.has('securityGroups') ? groupProblems(world, spec, live.vpcId) : []),
  ]
}

/** A zone that the file names and the region does not have, or that the account has not opted into. */
export function unknownZone(
  world: World,
  { address }: Pick<ServerSpec, 'address'>,
  zone: string | undefined,
): Problem | undefined {
  const { zones, edgeZones = [], region } = world.live.stack
  if (zone === undefined || zones.includes(zone) || edgeZones.includes(zone)) return undefined
  const message = `${region} has no zone ${zone} that this account can use`
  const hint =
    zones.length === 0 ? undefined : `it has ${zones.join(', ')}; a Local Zone has to be opted into for the account`
  return inEntry(errorOf(address, 'PLAN_ZONE_NOT_FOUND', message, hint), 'zone')
}

/** No zone could be chosen for a server that names none. */
export function noZone(world: World, { address, type }: Pick<ServerSpec, 'address' | 'type'>): Problem {
  const { region, zones, offers } = world.live.stack
  const unknown = offers?.types[type] === null
  if (unknown) return unknownType(region, { address, type })
  const message =
    zones.length === 0
      ? `no zone of ${region} is available`
      : `no zone of ${region} has both a default subnet and the type ${type}, which ${address} needs`
  const hint = zones.length === 0 ? undefined : 'name a `subnet`, or another `type`'
  return inEntry(errorOf(address, 'PLAN_ZONE_NOT_FOUND', message, hint), 'type')
}

function unknownType(region: string, { address, type }: Pick<ServerSpec, 'address' | 'type'>): Problem {
  const message = `${region} has no instance type ${type}, which the file names for ${address}`
  return inEntry(errorOf(address, 'PLAN_TYPE_UNKNOWN', message, 'correct `type`, e.g. t3.small'), 'type')
}

/** The zones in which a server of that type can be put that names neither zone nor subnet, sorted. */
export function possibleZones({ live }: World, { type }: Pick<ServerSpec, 'type'>): readonly string[] {
  const { zones, offers } = live.stack
  const offer = offers?.types[type]
  const subnets = offers?.defaultSubnets && new Set(offers.defaultSubnets.map(({ zone }) => zone))
  return [...zones].sort().filter((zone) => (!offer || offer.zones.includes(zone)) && (!subnets || subnets.has(zone)))
}

/** What is wrong with a type in a zone; `word` is the one of the file that is to be corrected where it is not offered there. */
export function typeProblems(
  { live }: World,
  { address, type }: Pick<ServerSpec, 'address' | 'type'>,
  architecture: string,
  zone: string,
  word: string,
): readonly Problem[] {
  const { offers, region } = live.stack
  const offer: TypeOffer | null | undefined = offers?.types[type]
  if (offer === undefined) return []
  if (offer === null) return [unknownType(region, { address, type })]
  const problems: Problem[] = []
  if (architecture !== '' && offer.architectures.length > 0 && !offer.architectures.includes(architecture)) {
    const own = offer.architectures.join(' and ')
    const message = `${address}: ${type} runs ${own}, and its image is ${architecture}`
    const hint = `choose a type for ${architecture}, or an image for ${own}`
    problems.push(inEntry(errorOf(address, 'PLAN_ARCHITECTURE_MISMATCH', message, hint), 'type'))
  }
  if (!offer.zones.includes(zone)) {
    const where = offer.zones.length === 0 ? 'in none of the region’s zones' : `in ${offer.zones.join(', ')}`
    const message = `${address}: ${type} is not offered in ${zone}`
    problems.push(inEntry(errorOf(address, 'PLAN_TYPE_NOT_IN_ZONE', message, `it is offered ${where}`), word))
  }
  return problems
}

function withoutSubnet(world: World, { address, zone: written }: ServerSpec, zone: string): readonly Problem[] {
  const subnets = world.live.stack.offers?.defaultSubnets
  if (!subnets || subnets.some((subnet) => subnet.zone === zone)) return []
  const message = `${address} names no subnet, and ${zone} has no default one`
  const problem = errorOf(address, 'PLAN_SUBNET_NOT_FOUND', message, 'name a `subnet` of that zone, or another zone')
  return [written === undefined ? problem : inEntry(problem, 'zone')]
}

/** A launch after which only those who are in its network reach the server, and this machine may not be. */
export function privateAddress(
  { spec: { elasticIps }, live }: World,
  { spec: { address, via }, subnet, zone }: Pick<Launch, 'spec' | 'subnet' | 'zone'>,
): readonly Problem[] {
  const { offers, hostsImpossible } = live.stack
  const place = subnet ?? offers?.defaultSubnets?.find((one) => one.zone === zone)
  const isOpen = place?.givesPublicIp !== false || elasticIps.some(({ server }) => server === address)
  if (isOpen || hostsImpossible !== undefined || via !== undefined) return []
  const message = `${address} gets no public address in ${place.id}, and is entered by its private one`
  const hint =
    'work from a machine that its network can be reached from, or write `via: server.NAME` or `elasticIp: true` for it, or name a `subnet` that gives public addresses'
  const problem = warningOf(address, 'PLAN_PRIVATE_ADDRESS', message, hint)
  return [subnet === undefined ? problem : inEntry(problem, 'subnet')]
}

/** A start after which a server is reached in its network alone: EC2 gives a public address by itself to one interface alone (EC2 User Guide, "EC2 instance IP addressing"). */
export function lostAddress(
  { spec: { elasticIps, interfaces = [] }, live: { stack, interfaces: found } }: World,
  { address, via }: ServerSpec,
  live: LiveServer,
): readonly Problem[] {
  const hasSeveral =
    interfaces.some(({ server }) => server === address) ||
    [...found.values()].some(({ instanceId }) => instanceId === live.id)
  const isReached = via !== undefined || elasticIps.some(({ server }) => server === address)
  const hadNone = live.state === 'running' && live.publicIp === undefined
  if (!hasSeveral || isReached || hadNone || stack.hostsImpossible !== undefined) return []
  const message = `${address} has no public address once it is started again: EC2 gives none to a server with several network interfaces`
  const hint =
    'write `elasticIp: true` or `via: server.NAME` for it, or work from a machine that its network can be reached from'
  return [inEntry(warningOf(address, 'PLAN_PRIVATE_ADDRESS', message, hint), 'interfaces')]
}

/** A server whose groups, as the file has them, do not let in the one through which it is entered. */
export function closedWay(
  { spec, servers, live }: World,
  { address, via, securityGroups, existingGroups }: ServerSpec,
): readonly Problem[] {
  const way = via === undefined ? undefined : servers.get(via)
  if (!way || live.stack.hostsImpossible !== undefined) return []
  const groups = spec.securityGroups.filter((group) => securityGroups.includes(group.address))
  const isOpen = groups.some(({ ingress }) =>
    ingress.some(
      ({ protocol, fromPort, toPort, from }) =>
        (protocol === 'all' || (protocol === 'tcp' && fromPort <= sshPort && sshPort <= toPort)) &&
        (from.kind === 'cidr' || (from.kind === 'security-group' && way.securityGroups.includes(from.address))),
    ),
  )
  // What groups let in that are not the file's, nobody has looked at.
  if (isOpen || existingGroups) return []
  const [group = ''] = way.securityGroups
  const message = `${address} is entered through ${way.address}, and none of its security groups lets that in at port ${sshPort}`
  const hint = `write in one of them: ingress: [{ port: ${sshPort}, from: ${group} }]`
  return [inEntry(warningOf(address, 'PLAN_WAY_CLOSED', message, hint), 'via')]
}

const sshPort = 22

/** Groups that are live in another network than what wears them: a group never leaves its own. */
export function groupProblems(
  world: World,
  spec: Pick<ServerSpec, 'address' | 'securityGroups' | 'existingGroups'>,
  network: string | undefined,
): readonly Problem[] {
  const { live } = world
  const { address } = spec
  const own = spec.securityGroups.flatMap((name) => {
    const group = live.securityGroups.get(name)
    return group ? [{ ...group, name: `${name} (${group.id})` }] : []
  })
  const existing = (spec.existingGroups ?? []).flatMap((selector) => {
    const group = existingGroup(world, selector)
    return group ? [{ ...group, name: group.id }] : []
  })
  return [...own, ...existing].flatMap((group): readonly Problem[] => {
    if (network === undefined || network === '' || group.vpcId === '' || group.vpcId === network) return []
    const message = `${address} is in the network ${network}, and ${group.name} in ${group.vpcId}`
    const hint =
      'a security group stays in the network that it was made in: give it another entry under `securityGroups`'
    return [inEntry(errorOf(address, 'PLAN_GROUP_IN_OTHER_NETWORK', message, hint), 'securityGroups')]
  })
}

/** The network of servers that name no subnet; undefined where it was not asked, or there is none. */
export function defaultNetwork({ live }: World): string | undefined {
  return live.stack.offers?.defaultSubnets?.[0]?.vpcId
}
