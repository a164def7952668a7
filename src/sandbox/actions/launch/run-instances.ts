import { bringUp } from '../../lifecycle/instance.js'
import { putLaunchVolumes } from '../../lifecycle/launch-volumes.js'
import { hostnameOf } from '../../lifecycle/host-description.js'
import { newId } from '../../model/ids.js'
import type { Image } from '../../model/image.js'
import { macOf, type Instance } from '../../model/instance.js'
import { createHostKeyLine } from '../../model/key-pair.js'
import { quotas } from '../../model/quotas.js'
import { mergeTags, readTagSpecifications } from '../../model/tags.js'
import { renderReservation } from '../../render/instance.js'
import { ApiError, invalidCombination, invalidValue, unsupported } from '../../wire/api-error.js'
import { isBase64 } from '../../wire/parameters.js'
import { planPlacement } from '../../world/placement.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { takeAddresses } from '../../world/private-addresses.js'
import { firstPublicNumbers } from '../../world/public-numbers.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { readProfile } from '../../world/instance-profiles.js'
import { putAssociation } from '../instances/instance-profiles.js'
import { planSpot, putSpotRequest } from '../spot/market-options.js'
import { readCpuOptions } from '../instances/cpu-options.js'
import { planBlockDevices } from './block-devices.js'
import { runInstancesMembers, type RunInstancesParameters } from './members.js'
import { mergeLaunchTemplate } from './named-template.js'
import { checkCapacity, chooseGroups, chooseSubnet, findInstanceType } from './placement.js'
import { resolveImage } from './resolve-image.js'

/** The types that RunInstances tags (EC2 API reference, TagSpecifications of RunInstances). */
const taggable = ['instance', 'volume', 'network-interface', 'spot-instances-request'] as const

export const runInstances = defineAction({ name: 'RunInstances', effect: 'writes', members: runInstancesMembers, run })

function run(given: RunInstancesParameters, world: World) {
  // RunInstances is idempotent within a zone when one is given: the same token in another zone is another request.
  const scope = given.Placement?.AvailabilityZone ?? given.Placement?.AvailabilityZoneId ?? given.SubnetId ?? 'region'
  const token = { action: 'RunInstances', scope, token: given.ClientToken, parameters: given }
  const earlier = findByToken(world, token)
  if (earlier) return repeat(world, earlier)

  const { parameters, templateTags } = mergeLaunchTemplate(world, given)
  const launch = plan(world, parameters)
  const instances = launch.addresses.map((privateIp, index) => create(world, parameters, launch, privateIp, index))
  for (const instance of instances) {
    const tags = mergeTags(launch.tags.instance, templateTags)
    world.tags.put(instance.id, tags)
    world.tags.put(instance.networkInterfaceId, launch.tags['network-interface'])
    if (launch.profile !== undefined) putAssociation(world, instance.id, launch.profile)
    if (launch.spot) putSpotRequest(world, instance.id, launch.spot, launch)
    putLaunchVolumes(world, instance, launch.volumes, launch.tags.volume)
    noteCreation(world, instance.id)
  }
  rememberToken(
    world,
    token,
    instances.map(({ id }) => id),
  )
  for (const { id } of instances) bringUp(world, id, 'launch')
  return renderReservation(world, instances)
}

/** The answer to a token that was used before: the instances as they are now, or an error when one has ended. */
function repeat(world: World, ids: readonly string[]) {
  const instances = ids.flatMap((id) => world.instances.get(id) ?? [])
  const ended =
    instances.length < ids.length || instances.some(({ state }) => state === 'terminated' || state === 'shutting-down')
  if (ended && (instances.length === 0 || world.cloud.faults.current.terminatedToken === 'error')) {
    throw new ApiError(
      'IdempotentInstanceTerminated',
      'The client token you have provided is associated with a terminated instance. Please use a different client token.',
    )
  }
  return renderReservation(world, instances)
}

/** Throws what a launch by these parameters would be refused with. */
export function checkLaunch(world: World, parameters: RunInstancesParameters): void {
  plan(world, parameters)
}

function plan(world: World, parameters: RunInstancesParameters) {
  const { MinCount: minimum, MaxCount: maximum } = parameters
  if (minimum < 1) throw invalidValue(`Value (${minimum}) for parameter minCount is invalid.`)
  if (maximum < 1) throw invalidValue(`Value (${maximum}) for parameter maxCount is invalid.`)
  if (minimum > maximum) throw invalidValue(`minCount (${minimum}) must not be greater than maxCount (${maximum}).`)
  const tags = readTagSpecifications(parameters.TagSpecification, taggable)
  const image = resolveImage(world, parameters.ImageId)
  if (parameters.InstanceType === undefined) throw withoutType()
  const type = findInstanceType(parameters.InstanceType)
  const cpuOptions = readCpuOptions(parameters.CpuOptions, type)
  const profile = readProfile(world, parameters.IamInstanceProfile)
  const spot = planSpot(parameters, type)
  if (type.architecture !== image.architecture) {
    throw invalidValue(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    )
  }
  checkRunnable(world, image)
  const network = planNetwork(parameters)
  const subnet = chooseSubnet(
    world,
    {
      zone: parameters.Placement?.AvailabilityZone,
      zoneId: parameters.Placement?.AvailabilityZoneId,
      subnetId: network.subnetId,
    },
    type,
  )
  const groupIds = chooseGroups(world, subnet.vpcId, network.groupIds, parameters.SecurityGroup)
  const keyPair = parameters.KeyName === undefined ? undefined : world.keyPairs.withKey(parameters.KeyName)[0]
  if (parameters.KeyName !== undefined && !keyPair) {
    throw new ApiError('InvalidKeyPair.NotFound', `The key pair '${parameters.KeyName}' does not exist`)
  }
  checkUserData(parameters.UserData)
  const volumes = planBlockDevices(world, image, type, parameters.BlockDeviceMapping ?? [])
  const {
    GroupName: groupName,
    GroupId: groupId,
    PartitionNumber: partition,
    Tenancy: tenancy,
  } = parameters.Placement ?? {}
  const placements = planPlacement(
    world,
    { groupName, groupId, partition, tenancy },
    { type, zone: subnet.zone, count: maximum },
  )
  checkCapacity(world, type, subnet.zone)
  const addresses = takeAddresses(world, subnet, maximum, network.privateIp)
  return {
    tags,
    profile,
    cpuOptions,
    placements,
    spot,
    image,
    type,
    subnet,
    groupIds,
    keyPair,
    volumes,
    addresses,
    publicNumbers: firstPublicNumbers(world, subnet, addresses),
    hasPublicIp: network.hasPublicIp ?? subnet.mapPublicIp,
    reservationId: newId('r'),
  }
}

/** Hosts run the machine's own programs: on another architecture they would be made up. */
function checkRunnable(world: World, { architecture }: Image): void {
  const own = process.arch === 'arm64' ? 'arm64' : 'x86_64'
  if (world.cloud.hosts.kind === 'none' || architecture === own) return
  throw new ApiError(
    'Unsupported',
    `The requested configuration is currently not supported: the evenkeel sandbox's hosts run on this machine, which is ${own}, and the image is for ${architecture}.`,
  )
}

/** EC2 takes m1.small then (EC2 API reference, RunInstances), which starts no image of today, in these words. */
function withoutType(): ApiError {
  return invalidCombination(
    "Non-Windows instances with a virtualization type of 'hvm' are currently not supported for this instance type.",
  )
}

/** Network settings come either from the call itself or from its one network interface. */
function planNetwork(parameters: RunInstancesParameters) {
  const interfaces = parameters.NetworkInterface ?? []
  if (interfaces.length > 1) throw unsupported('more than one network interface in RunInstances')
  const [first] = interfaces
  if (!first) {
    const { SubnetId: subnetId, SecurityGroupId: groupIds, PrivateIpAddress: privateIp } = parameters
    return { subnetId, groupIds, privateIp, hasPublicIp: undefined }
  }
  if (parameters.SecurityGroupId || parameters.SecurityGroup) {
    throw invalidCombination(
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    )
  }
  if (parameters.SubnetId !== undefined) {
    throw invalidCombination(
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    )
  }
  if (parameters.PrivateIpAddress !== undefined) {
    throw invalidCombination(
      'Network interfaces and an instance-level private address may not be specified on the same request',
    )
  }
  if ((first.DeviceIndex ?? 0) !== 0) throw invalidValue('The primary network interface must have device index 0.')
  return {
    subnetId: first.SubnetId,
    groupIds: first.SecurityGroupId,
    privateIp: first.PrivateIpAddress,
    hasPublicIp: first.AssociatePublicIpAddress,
  }
}

export function checkUserData(userData: string | undefined): void {
  if (userData === undefined) return
  if (!isBase64(userData)) throw new ApiError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
  if (Buffer.byteLength(userData, 'base64') > quotas.userDataBytes) {
    throw invalidValue(`User data is limited to ${quotas.userDataBytes} bytes`)
  }
}

function create(
  world: World,
  parameters: RunInstancesParameters,
  launch: ReturnType<typeof plan>,
  privateIp: string,
  index: number,
): Instance {
  const { image, type, subnet, keyPair } = launch
  const now = world.now()
  const metadata = parameters.MetadataOptions ?? {}
  return world.instances.put({
    id: newId('i'),
    sequence: world.nextSequence(),
    reservationId: launch.reservationId,
    launchIndex: index,
    state: 'pending',
    stateReason: undefined,
    transitionReason: '',
    imageId: image.id,
    instanceType: type.name,
    architecture: image.architecture,
    zone: subnet.zone,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    privateIp,
    macAddress: macOf(privateIp),
    networkInterfaceId: newId('eni'),
    networkAttachmentId: newId('eni-attach'),
    hasPublicIp: launch.hasPublicIp,
    publicNumber: launch.publicNumbers[index],
    securityGroupIds: launch.groupIds,
    keyName: keyPair?.name,
    authorizedKeys: keyPair ? [`${keyPair.publicKey} ${keyPair.name}`] : [],
    userData: parameters.UserData === '' ? undefined : parameters.UserData,
    clientToken: parameters.ClientToken,
    rootDeviceName: image.root.deviceName,
    loginUser: image.loginUser,
    metadataOptions: {
      state: 'applied',
      httpTokens: metadata.HttpTokens ?? (image.imdsV2Required ? 'required' : 'optional'),
      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit ?? (image.imdsV2Required ? 2 : 1),
      httpEndpoint: metadata.HttpEndpoint ?? 'enabled',
      httpProtocolIpv6: metadata.HttpProtocolIpv6 ?? 'disabled',
      instanceMetadataTags: metadata.InstanceMetadataTags ?? 'disabled',
    },
    detailedMonitoring: parameters.Monitoring?.Enabled ?? false,
    ebsOptimized: parameters.EbsOptimized ?? false,
    cpuOptions: launch.cpuOptions,
    placement: launch.placements[index],
    cpuCredits: type.burstable
      ? (parameters.CreditSpecification?.CpuCredits ?? (type.name.startsWith('t2.') ? 'standard' : 'unlimited'))
      : undefined,
    disableApiTermination: parameters.DisableApiTermination ?? false,
    disableApiStop: parameters.DisableApiStop ?? false,
    shutdownBehavior: parameters.InstanceInitiatedShutdownBehavior ?? 'stop',
    sourceDestCheck: true,
    hostKeys: world.cloud.hosts.kind === 'none' ? [createHostKeyLine(hostnameOf(privateIp))] : [],
    impaired: false,
    launchedAtMs: now,
    createdAtMs: now,
    terminatedAtMs: undefined,
  })
}
