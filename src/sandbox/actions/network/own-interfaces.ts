import { applyInterfaces } from '../../lifecycle/host-interfaces.js'
import { disassociate } from '../../lifecycle/public-address.js'
import { updateInstance } from '../../lifecycle/instance.js'
import { newId } from '../../model/ids.js'
import type { Instance } from '../../model/instance.js'
import { macOf } from '../../model/instance.js'
import { interfaceLimits, type NetworkInterface } from '../../model/networks/network-interface.js'
import { readTagSpecifications } from '../../model/tags.js'
import { ApiError, invalidCombination, invalidValue, missingParameter } from '../../wire/api-error.js'
import {
  boolean,
  integer,
  list,
  required,
  string,
  structure,
  tagSpecifications,
  type ParsedMembers,
} from '../../wire/shape.js'
import { findInstance, findSubnet } from '../../world/lookup.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { takeAddresses, usedAddresses } from '../../world/private-addresses.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { chooseGroups } from '../launch/placement.js'
import { findInterface, renderedInterface } from './network-interfaces.js'

const createMembers = {
  ClientToken: string,
  Description: string,
  SubnetId: required(string),
  SecurityGroupId: list(string),
  PrivateIpAddress: string,
  PrivateIpAddresses: list(structure({ PrivateIpAddress: string, Primary: boolean })),
  SecondaryPrivateIpAddressCount: integer,
  TagSpecification: tagSpecifications,
} as const

export const createNetworkInterface = defineAction({
  name: 'CreateNetworkInterface',
  effect: 'writes',
  members: createMembers,
  run: (parameters, world) => {
    const token = { action: 'CreateNetworkInterface', token: parameters.ClientToken, parameters }
    const [earlier] = findByToken(world, token) ?? []
    const known = earlier === undefined ? undefined : world.networkInterfaces.get(earlier)
    if (known) return { networkInterface: renderedInterface(world, known.id), clientToken: parameters.ClientToken }
    const made = create(parameters, world)
    rememberToken(world, token, [made.id])
    return { networkInterface: renderedInterface(world, made.id), clientToken: parameters.ClientToken }
  },
})

function create(parameters: ParsedMembers<typeof createMembers>, world: World): NetworkInterface {
  const tags = readTagSpecifications(parameters.TagSpecification, ['network-interface'], 'InvalidParameter')
  const subnet = findSubnet(world, parameters.SubnetId)
  const securityGroupIds = chooseGroups(world, subnet.vpcId, parameters.SecurityGroupId)
  const named = parameters.PrivateIpAddresses ?? []
  const primary = parameters.PrivateIpAddress ?? named.find(({ Primary }) => Primary)?.PrivateIpAddress
  const [privateIp = ''] = takeAddresses(world, subnet, 1, primary)
  const secondaryIps: string[] = []
  const take = (count: number, wanted?: string) =>
    secondaryIps.push(...takeAddresses(world, subnet, count, wanted, [privateIp, ...secondaryIps]))
  for (const { PrivateIpAddress, Primary } of named) {
    if (Primary !== true && PrivateIpAddress !== undefined) take(1, PrivateIpAddress)
  }
  take(parameters.SecondaryPrivateIpAddressCount ?? 0)
  const made = world.networkInterfaces.put({
    id: newId('eni'),
    sequence: world.nextSequence(),
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    privateIp,
    secondaryIps,
    macAddress: macOf(privateIp),
    securityGroupIds,
    sourceDestCheck: true,
    description: parameters.Description ?? '',
    createdAtMs: world.now(),
    attachment: undefined,
  })
  world.tags.put(made.id, tags['network-interface'])
  noteCreation(world, made.id)
  return made
}

export const attachNetworkInterface = defineAction({
  name: 'AttachNetworkInterface',
  effect: 'writes',
  members: {
    DeviceIndex: required(integer),
    InstanceId: required(string),
    NetworkInterfaceId: required(string),
    NetworkCardIndex: integer,
  },
  run: async ({ DeviceIndex, InstanceId, NetworkInterfaceId, NetworkCardIndex = 0 }, world) => {
    const found = findOwn(world, NetworkInterfaceId)
    const instance = findInstance(world, InstanceId)
    if (found.attachment) throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${found.id}] in use.`)
    if (NetworkCardIndex !== 0) throw invalidValue(`Network card index ${NetworkCardIndex} is not valid.`)
    checkAttachable(world, instance, found, DeviceIndex)
    const attachment = {
      id: newId('eni-attach'),
      instanceId: instance.id,
      deviceIndex: DeviceIndex,
      deleteOnTermination: false,
      attachedAtMs: world.now(),
    }
    world.networkInterfaces.put({ ...found, attachment })
    world.commit()
    await applyInterfaces(world, [instance.id])
    return { attachmentId: attachment.id, networkCardIndex: 0 }
  },
})

function checkAttachable(world: World, instance: Instance, found: NetworkInterface, deviceIndex: number): void {
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new ApiError('IncorrectState', `Instance '${instance.id}' is not 'running' or 'stopped'.`)
  }
  if (instance.zone !== found.zone) {
    throw invalidCombination(
      'You may not attach a network interface to an instance if they are not in the same availability zone',
    )
  }
  const others = world.networkInterfaces.withKey(instance.id)
  if (deviceIndex === 0 || others.some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    throw invalidValue(`Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`)
  }
  const { interfaces, addresses } = interfaceLimits(instance.instanceType)
  const count = others.length + 2
  if (count > interfaces) {
    throw new ApiError(
      'AttachmentLimitExceeded',
      `Interface count ${count} exceeds the limit for ${instance.instanceType}`,
    )
  }
  if (found.secondaryIps.length + 1 > addresses) throw tooManyAddresses()
}

export const detachNetworkInterface = defineAction({
  name: 'DetachNetworkInterface',
  effect: 'writes',
  members: { AttachmentId: required(string), Force: boolean },
  run: async ({ AttachmentId }, world) => {
    const found = world.networkInterfaces.find(({ attachment }) => attachment?.id === AttachmentId)
    if (!found) {
      if (world.instances.find(({ networkAttachmentId }) => networkAttachmentId === AttachmentId)) {
        throw new ApiError(
          'OperationNotPermitted',
          'The network interface at device index 0 and networkCard index 0 cannot be detached.',
        )
      }
      throw new ApiError('InvalidAttachmentID.NotFound', `The attachment ID '${AttachmentId}' does not exist`)
    }
    world.networkInterfaces.put({ ...found, attachment: undefined })
    world.commit()
    await applyInterfaces(world, [found.attachment?.instanceId])
    return done
  },
})

export const deleteNetworkInterface = defineAction({
  name: 'DeleteNetworkInterface',
  effect: 'writes',
  members: { NetworkInterfaceId: required(string) },
  run: ({ NetworkInterfaceId }, world) => {
    const found = findInterface(world, NetworkInterfaceId)
    if (found.kind !== 'own' || found.one.attachment) {
      throw invalidValue(`Network interface '${NetworkInterfaceId}' is currently in use.`)
    }
    for (const address of world.addresses.withKey(found.one.id)) disassociate(world, address)
    world.networkInterfaces.delete(found.one.id)
    world.tags.delete(found.one.id)
    return done
  },
})

export const modifyNetworkInterfaceAttribute = defineAction({
  name: 'ModifyNetworkInterfaceAttribute',
  effect: 'writes',
  members: {
    NetworkInterfaceId: required(string),
    SecurityGroupId: list(string),
    SourceDestCheck: structure({ Value: boolean }),
    Description: structure({ Value: string }),
    Attachment: structure({ AttachmentId: string, DeleteOnTermination: boolean }),
  },
  run: async ({ NetworkInterfaceId, SecurityGroupId, SourceDestCheck, Description, Attachment }, world) => {
    const found = findInterface(world, NetworkInterfaceId)
    const given = [SecurityGroupId, SourceDestCheck, Description, Attachment].filter((one) => one !== undefined)
    if (given.length === 0) throw missingParameter('attribute')
    if (given.length > 1) throw invalidCombination('Fields for multiple attribute types specified')
    if (found.kind === 'instance') {
      const { instance } = found
      if (Description || Attachment) throw unchangeable(NetworkInterfaceId)
      updateInstance(world, instance.id, {
        ...(SecurityGroupId && { securityGroupIds: chooseGroups(world, instance.vpcId, SecurityGroupId) }),
        ...(SourceDestCheck?.Value !== undefined && { sourceDestCheck: SourceDestCheck.Value }),
      })
    } else {
      const { one } = found
      world.networkInterfaces.put({
        ...one,
        ...(SecurityGroupId && { securityGroupIds: chooseGroups(world, one.vpcId, SecurityGroupId) }),
        ...(SourceDestCheck?.Value !== undefined && { sourceDestCheck: SourceDestCheck.Value }),
        ...(Description?.Value !== undefined && { description: Description.Value }),
        ...(Attachment && { attachment: withEnd(one, Attachment.AttachmentId, Attachment.DeleteOnTermination) }),
      })
    }
    world.commit()
    await world.cloud.network.refresh()
    return done
  },
})

function withEnd(one: NetworkInterface, id: string | undefined, deleteOnTermination = true) {
  if (!one.attachment || one.attachment.id !== id) {
    throw new ApiError('InvalidAttachmentID.NotFound', `The attachment ID '${id}' does not exist`)
  }
  return { ...one.attachment, deleteOnTermination }
}

/** Of the first interface of an instance the sandbox has neither a description nor another end than the instance's. */
function unchangeable(id: string): ApiError {
  return new ApiError('UnsupportedOperation', `The evenkeel sandbox cannot change that of ${id}.`)
}

export const assignPrivateIpAddresses = defineAction({
  name: 'AssignPrivateIpAddresses',
  effect: 'writes',
  members: {
    NetworkInterfaceId: required(string),
    PrivateIpAddress: list(string),
    SecondaryPrivateIpAddressCount: integer,
    AllowReassignment: boolean,
  },
  run: async ({ NetworkInterfaceId, PrivateIpAddress, SecondaryPrivateIpAddressCount }, world) => {
    const found = findInterface(world, NetworkInterfaceId)
    const holder = found.kind === 'instance' ? found.instance : found.one
    const subnet = findSubnet(world, holder.subnetId)
    if ((PrivateIpAddress === undefined) === (SecondaryPrivateIpAddressCount === undefined)) {
      throw invalidCombination('Specify either the private IP addresses or their count.')
    }
    const has = holder.secondaryIps ?? []
    const wanted = (PrivateIpAddress ?? []).filter((address) => !has.includes(address))
    const used = usedAddresses(world, subnet)
    const taken = wanted.find((address) => used.has(address))
    if (taken !== undefined) throw new ApiError('Resource.AlreadyAssigned', `Address ${taken} is already assigned.`)
    const come = [
      ...wanted.flatMap((address) => takeAddresses(world, subnet, 1, address)),
      ...takeAddresses(world, subnet, SecondaryPrivateIpAddressCount ?? 0, undefined),
    ]
    const instance = found.kind === 'instance' ? found.instance : attachedTo(world, found.one)
    const addresses = [...has, ...come]
    if (instance && addresses.length + 1 > interfaceLimits(instance.instanceType).addresses) throw tooManyAddresses()
    await putAddresses(world, found, addresses)
    return {
      return: true,
      networkInterfaceId: NetworkInterfaceId,
      assignedPrivateIpAddressesSet: come.map((privateIpAddress) => ({ privateIpAddress })),
    }
  },
})

export const unassignPrivateIpAddresses = defineAction({
  name: 'UnassignPrivateIpAddresses',
  effect: 'writes',
  members: { NetworkInterfaceId: required(string), PrivateIpAddress: list(string) },
  run: async ({ NetworkInterfaceId, PrivateIpAddress = [] }, world) => {
    const found = findInterface(world, NetworkInterfaceId)
    const { secondaryIps = [] } = found.kind === 'instance' ? found.instance : found.one
    const stranger = PrivateIpAddress.find((address) => !secondaryIps.includes(address))
    if (stranger !== undefined) {
      throw invalidValue(`Some of [${stranger}] are not assigned to interface ${NetworkInterfaceId}`)
    }
    await putAddresses(
      world,
      found,
      secondaryIps.filter((address) => !PrivateIpAddress.includes(address)),
    )
    return done
  },
})

async function putAddresses(
  world: World,
  found: ReturnType<typeof findInterface>,
  secondaryIps: readonly string[],
): Promise<void> {
  if (found.kind === 'instance') updateInstance(world, found.instance.id, { secondaryIps })
  else world.networkInterfaces.put({ ...found.one, secondaryIps })
  world.commit()
  await applyInterfaces(world, [found.kind === 'instance' ? found.instance.id : found.one.attachment?.instanceId])
}

function findOwn(world: World, id: string): NetworkInterface {
  const found = findInterface(world, id)
  if (found.kind === 'own') return found.one
  throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${id}] in use.`)
}

function attachedTo(world: World, { attachment }: NetworkInterface): Instance | undefined {
  return attachment && world.instances.get(attachment.instanceId)
}

function tooManyAddresses(): ApiError {
  return new ApiError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.')
}
