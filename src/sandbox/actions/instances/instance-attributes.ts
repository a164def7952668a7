import { metadataOf } from '../../lifecycle/host-description.js'
import { updateInstance } from '../../lifecycle/instance.js'
import { requireStopped, type Instance } from '../../model/instance.js'
import { isOffered } from '../../model/instance-types.js'
import { renderBlockDevice, renderGroups } from '../../render/instance.js'
import { ApiError, invalidCombination, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import { blob, boolean, list, oneOf, required, string, structure, type ParsedMembers } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findInstance } from '../../world/lookup.js'
import { checkSpotAttribute } from '../spot/stopped-spot.js'
import { requireOneInterface } from '../../world/instance-interfaces.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { metadataMembers } from '../launch/members.js'
import { chooseGroups, findInstanceType } from '../launch/placement.js'
import { checkUserData } from '../launch/run-instances.js'

const value = {
  boolean: structure({ Value: boolean }),
  string: structure({ Value: string }),
  blob: structure({ Value: blob }),
}

const members = {
  InstanceId: required(string),
  Attribute: string,
  Value: string,
  SourceDestCheck: value.boolean,
  DisableApiStop: value.boolean,
  DisableApiTermination: value.boolean,
  EbsOptimized: value.boolean,
  InstanceType: value.string,
  UserData: value.blob,
  InstanceInitiatedShutdownBehavior: value.string,
  GroupId: list(string),
  BlockDeviceMapping: list(
    structure({ DeviceName: string, Ebs: structure({ VolumeId: string, DeleteOnTermination: boolean }) }),
  ),
} as const

type Parameters = ParsedMembers<typeof members>

/** One attribute's change, checked and carried out. */
type Change = (world: World, instance: Instance, parameters: Parameters) => Promise<void> | void

/** Attribute -> how it is changed. Which ones need a stopped instance: EC2 API reference, ModifyInstanceAttribute. */
const changes = {
  SourceDestCheck: (world, { id }, parameters) =>
    patch(world, id, { sourceDestCheck: flag(parameters.SourceDestCheck) }),
  DisableApiStop: (world, { id }, parameters) => patch(world, id, { disableApiStop: flag(parameters.DisableApiStop) }),
  DisableApiTermination: (world, { id }, parameters) =>
    patch(world, id, { disableApiTermination: flag(parameters.DisableApiTermination) }),
  EbsOptimized: (world, instance, parameters) => {
    requireStopped(instance)
    patch(world, instance.id, { ebsOptimized: flag(parameters.EbsOptimized) })
  },
  InstanceType: (world, instance, parameters) => changeType(world, instance, parameters.InstanceType?.Value),
  UserData: (world, instance, parameters) => {
    requireStopped(instance)
    const userData = parameters.UserData?.Value?.toString('base64')
    checkUserData(userData)
    patch(world, instance.id, { userData: userData === '' ? undefined : userData })
  },
  InstanceInitiatedShutdownBehavior: (world, { id }, parameters) => {
    const behavior = parameters.InstanceInitiatedShutdownBehavior?.Value
    if (behavior !== 'stop' && behavior !== 'terminate')
      throw invalidValue(`Value (${behavior}) for parameter value is invalid. Valid values: [stop, terminate]`)
    patch(world, id, { shutdownBehavior: behavior })
  },
  GroupId: async (world, { id, vpcId }, parameters) => {
    patch(world, id, { securityGroupIds: chooseGroups(world, vpcId, parameters.GroupId) })
    world.commit()
    await world.cloud.network.refresh()
  },
  BlockDeviceMapping: (world, instance, parameters) =>
    changeMappings(world, instance, parameters.BlockDeviceMapping ?? []),
} satisfies Record<string, Change>

type AttributeName = keyof typeof changes

export const modifyInstanceAttribute = defineAction({
  name: 'ModifyInstanceAttribute',
  effect: 'writes',
  members,
  run: async (given, world) => {
    const instance = findInstance(world, given.InstanceId)
    const parameters = withNamedAttribute(given)
    const named = (Object.keys(changes) as AttributeName[]).filter((name) => parameters[name] !== undefined)
    if (named.length > 1) throw invalidCombination('Fields for multiple attribute types specified')
    const [name] = named
    if (name === undefined) throw missingParameter('attribute')
    if (instance.state === 'terminated' || instance.state === 'shutting-down') {
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a state in which it can be modified.`,
      )
    }
    checkSpotAttribute(world, instance.id, name)
    if (name === 'GroupId' || name === 'SourceDestCheck') requireOneInterface(world, instance.id)
    const change: Change = changes[name]
    await change(world, instance, parameters)
    return done
  },
})

/** `Attribute=instanceType&Value=t3.small` is the older way to write `InstanceType.Value=t3.small`. */
function withNamedAttribute(parameters: Parameters): Parameters {
  const { Attribute, Value } = parameters
  if (Attribute === undefined) return parameters
  const name = (Attribute[0] ?? '').toUpperCase() + Attribute.slice(1)
  if (!Object.hasOwn(changes, name) || name === 'GroupId' || name === 'BlockDeviceMapping')
    throw unsupported(`the attribute ${Attribute} by name`)
  if (Value === undefined) throw missingParameter('value')
  const parsed =
    name === 'UserData' ? Buffer.from(Value, 'base64') : Value === 'true' ? true : Value === 'false' ? false : Value
  return { ...parameters, [name]: { Value: parsed } }
}

function flag(wrapped: { readonly Value?: boolean | undefined } | undefined): boolean {
  if (wrapped?.Value === undefined) throw missingParameter('value')
  return wrapped.Value
}

function patch(world: World, id: string, fields: Partial<Instance>): void {
  updateInstance(world, id, fields)
}

function changeType(world: World, instance: Instance, name: string | undefined): void {
  requireStopped(instance)
  if (name === undefined) throw missingParameter('value')
  const type = findInstanceType(name)
  if (type.architecture !== instance.architecture) {
    throw invalidValue(
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${instance.architecture}' of the instance.`,
    )
  }
  if (!isOffered(type, instance.zone))
    throw new ApiError('Unsupported', `The requested instance type (${name}) is not supported in ${instance.zone}.`)
  // Another type has its own (EC2 User Guide, "Rules for specifying CPU options").
  patch(world, instance.id, { instanceType: name, cpuOptions: undefined })
}

function changeMappings(
  world: World,
  instance: Instance,
  mappings: Exclude<Parameters['BlockDeviceMapping'], undefined>,
): void {
  const volumes = world.volumes.withKey(instance.id)
  const changed = mappings.map(({ DeviceName, Ebs }) => {
    const volume = volumes.find(({ attachment }) => attachment?.deviceName === DeviceName)
    if (!volume?.attachment)
      throw new ApiError('InvalidInstanceAttributeValue', `No device is currently mapped at ${DeviceName}`)
    // The reference: DeleteOnTermination left out sets it to true.
    return { ...volume, attachment: { ...volume.attachment, deleteOnTermination: Ebs?.DeleteOnTermination ?? true } }
  })
  for (const volume of changed) world.volumes.put(volume)
}

const attributeNames = [
  'instanceType',
  'kernel',
  'ramdisk',
  'userData',
  'disableApiTermination',
  'instanceInitiatedShutdownBehavior',
  'rootDeviceName',
  'blockDeviceMapping',
  'productCodes',
  'sourceDestCheck',
  'groupSet',
  'ebsOptimized',
  'sriovNetSupport',
  'enaSupport',
  'enclaveOptions',
  'disableApiStop',
] as const

const renderAttribute: Readonly<
  Record<(typeof attributeNames)[number], (world: World, instance: Instance) => XmlRecord>
> = {
  instanceType: (_world, instance) => ({ instanceType: { value: instance.instanceType } }),
  kernel: () => ({ kernel: {} }),
  ramdisk: () => ({ ramdisk: {} }),
  userData: (_world, instance) => ({ userData: instance.userData === undefined ? {} : { value: instance.userData } }),
  disableApiTermination: (_world, instance) => ({ disableApiTermination: { value: instance.disableApiTermination } }),
  instanceInitiatedShutdownBehavior: (_world, instance) => ({
    instanceInitiatedShutdownBehavior: { value: instance.shutdownBehavior },
  }),
  rootDeviceName: (_world, instance) => ({ rootDeviceName: { value: instance.rootDeviceName } }),
  blockDeviceMapping: (world, instance) => ({
    blockDeviceMapping: world.volumes.withKey(instance.id).map(renderBlockDevice),
  }),
  productCodes: () => ({ productCodes: [] }),
  sourceDestCheck: (_world, instance) => ({ sourceDestCheck: { value: instance.sourceDestCheck } }),
  groupSet: (world, instance) => ({ groupSet: renderGroups(world, instance) }),
  ebsOptimized: (_world, instance) => ({ ebsOptimized: { value: instance.ebsOptimized } }),
  sriovNetSupport: () => ({ sriovNetSupport: {} }),
  enaSupport: (_world, instance) => ({
    enaSupport: { value: findInstanceType(instance.instanceType).hypervisor === 'nitro' },
  }),
  enclaveOptions: () => ({ enclaveOptions: { enabled: false } }),
  disableApiStop: (_world, instance) => ({ disableApiStop: { value: instance.disableApiStop } }),
}

export const describeInstanceAttribute = defineAction({
  name: 'DescribeInstanceAttribute',
  effect: 'reads',
  members: { InstanceId: required(string), Attribute: required(oneOf(...attributeNames)) },
  run: ({ InstanceId, Attribute }, world) => {
    const instance = findInstance(world, InstanceId)
    return { instanceId: instance.id, ...renderAttribute[Attribute](world, instance) }
  },
})

export const modifyInstanceMetadataOptions = defineAction({
  name: 'ModifyInstanceMetadataOptions',
  effect: 'writes',
  members: { InstanceId: required(string), ...metadataMembers },
  run: async (parameters, world) => {
    const instance = findInstance(world, parameters.InstanceId)
    if (instance.state === 'terminated' || instance.state === 'shutting-down') {
      throw new ApiError(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a state in which it can be modified.`,
      )
    }
    const before = instance.metadataOptions
    const hopLimit = parameters.HttpPutResponseHopLimit ?? before.httpPutResponseHopLimit
    if (hopLimit < 1 || hopLimit > 64)
      throw invalidValue(`Value (${hopLimit}) for parameter httpPutResponseHopLimit is invalid. Valid values: 1 to 64.`)
    const metadataOptions = {
      state: 'applied',
      httpTokens: parameters.HttpTokens ?? before.httpTokens,
      httpPutResponseHopLimit: hopLimit,
      httpEndpoint: parameters.HttpEndpoint ?? before.httpEndpoint,
      httpProtocolIpv6: parameters.HttpProtocolIpv6 ?? before.httpProtocolIpv6,
      instanceMetadataTags: parameters.InstanceMetadataTags ?? before.instanceMetadataTags,
    } as const
    const changed = { ...instance, metadataOptions }
    patch(world, instance.id, { metadataOptions })
    await world.cloud.hosts.setMetadata(instance.id, metadataOf(world, changed))
    if (hopLimit !== before.httpPutResponseHopLimit) await world.cloud.network.refresh()
    return { instanceId: instance.id, instanceMetadataOptions: { ...metadataOptions, state: 'pending' } }
  },
})
