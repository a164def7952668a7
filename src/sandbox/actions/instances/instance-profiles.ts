import { metadataOf } from '../../lifecycle/host-description.js'
import { newId, resourceKinds } from '../../model/ids.js'
import type { Instance, ProfileAssociation } from '../../model/instance.js'
import { ApiError, missingParameter } from '../../wire/api-error.js'
import { filterList, list, paging, required, string, structure } from '../../wire/shape.js'
import { profileOf, readProfile } from '../../world/instance-profiles.js'
import { findInstance } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

const profile = required(structure({ Arn: string, Name: string }))

/** Gives a new instance its profile, where the launch names one. */
export function putAssociation(world: World, instanceId: string, profileName: string): ProfileAssociation {
  return world.profileAssociations.put({
    id: newId('iip-assoc'),
    sequence: world.nextSequence(),
    instanceId,
    profileName,
    sinceMs: world.now(),
  })
}

export const associateIamInstanceProfile = defineAction({
  name: 'AssociateIamInstanceProfile',
  effect: 'writes',
  members: { IamInstanceProfile: profile, InstanceId: required(string) },
  run: async ({ IamInstanceProfile, InstanceId }, world) => {
    const instance = usable(findInstance(world, InstanceId))
    const name = named(world, IamInstanceProfile)
    if (world.profileAssociations.withKey(instance.id).length > 0) {
      throw new ApiError('IncorrectState', `There is an existing association for instance ${instance.id}`)
    }
    const association = putAssociation(world, instance.id, name)
    await tellHost(world, instance)
    return { iamInstanceProfileAssociation: render(world, association, 'associating') }
  },
})

export const replaceIamInstanceProfileAssociation = defineAction({
  name: 'ReplaceIamInstanceProfileAssociation',
  effect: 'writes',
  members: { IamInstanceProfile: profile, AssociationId: required(string) },
  run: async ({ IamInstanceProfile, AssociationId }, world) => {
    const before = find(world, AssociationId)
    const instance = usable(findInstance(world, before.instanceId))
    // "For the specified running instance" (EC2 API reference).
    if (instance.state !== 'running') throw notUsable(instance)
    const name = named(world, IamInstanceProfile)
    world.profileAssociations.delete(before.id)
    const association = putAssociation(world, instance.id, name)
    await tellHost(world, instance)
    return { iamInstanceProfileAssociation: render(world, association, 'associating') }
  },
})

export const disassociateIamInstanceProfile = defineAction({
  name: 'DisassociateIamInstanceProfile',
  effect: 'writes',
  members: { AssociationId: required(string) },
  run: async ({ AssociationId }, world) => {
    const association = find(world, AssociationId)
    world.profileAssociations.delete(association.id)
    const instance = world.instances.get(association.instanceId)
    if (instance) await tellHost(world, instance)
    return { iamInstanceProfileAssociation: render(world, association, 'disassociating') }
  },
})

export const describeIamInstanceProfileAssociations = defineAction({
  name: 'DescribeIamInstanceProfileAssociations',
  effect: 'reads',
  members: { AssociationId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    for (const id of parameters.AssociationId ?? []) find(world, id)
    const page = describeRecords(world, {
      action: 'DescribeIamInstanceProfileAssociations',
      kind: resourceKinds.profileAssociation,
      source: world.profileAssociations,
      ids: parameters.AssociationId,
      request: parameters,
      filters: { 'instance-id': ({ instanceId }) => instanceId, state: () => 'associated' },
      page: pageRules.profileAssociations,
    })
    return {
      iamInstanceProfileAssociationSet: page.items.map((one) => render(world, one, 'associated')),
      nextToken: page.nextToken,
    }
  },
})

function find(world: World, id: string): ProfileAssociation {
  const association = world.profileAssociations.get(id)
  if (association) return association
  throw new ApiError('InvalidAssociationID.NotFound', `An invalid association-id of '${id}' was given`)
}

function named(world: World, given: { readonly Arn?: string | undefined; readonly Name?: string | undefined }): string {
  const name = readProfile(world, given)
  if (name === undefined) throw missingParameter('IamInstanceProfile.Name')
  return name
}

function usable(instance: Instance): Instance {
  if (instance.state === 'terminated' || instance.state === 'shutting-down') {
    throw notUsable(instance)
  }
  return instance
}

function notUsable({ id }: Instance): ApiError {
  return new ApiError('IncorrectInstanceState', `The instance '${id}' is not in a state in which it can be modified.`)
}

/** `meta-data/iam/info` says which it is. */
async function tellHost(world: World, instance: Instance): Promise<void> {
  await world.cloud.hosts.setMetadata(instance.id, metadataOf(world, instance))
}

function render(world: World, association: ProfileAssociation, state: string) {
  const { id, instanceId, profileName, sinceMs } = association
  return {
    associationId: id,
    instanceId,
    iamInstanceProfile: { ...profileOf(world, profileName) },
    state,
    timestamp: new Date(sinceMs),
  }
}
