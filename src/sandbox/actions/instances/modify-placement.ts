import { updateInstance } from '../../lifecycle/instance.js'
import { requireStopped } from '../../model/instance.js'
import { nowhere } from '../../model/placement-group.js'
import { ApiError, missingParameter } from '../../wire/api-error.js'
import { integer, oneOfMore, required, string } from '../../wire/shape.js'
import { findInstance } from '../../world/lookup.js'
import { planPlacement } from '../../world/placement.js'
import { defineAction, done } from '../action.js'
import { findInstanceType } from '../launch/placement.js'

/** `host` is refused: there are no Dedicated Hosts. An empty name takes it out of its group (EC2 API reference). */
export const modifyInstancePlacement = defineAction({
  name: 'ModifyInstancePlacement',
  effect: 'writes',
  members: {
    InstanceId: required(string),
    GroupName: string,
    GroupId: string,
    PartitionNumber: integer,
    Tenancy: oneOfMore(['default', 'dedicated'], ['host']),
  },
  run: ({ InstanceId, GroupName, GroupId, PartitionNumber, Tenancy }, world) => {
    const instance = findInstance(world, InstanceId)
    const { groupId, tenancy } = instance.placement ?? nowhere
    if ([GroupName, GroupId, PartitionNumber, Tenancy].every((value) => value === undefined))
      throw missingParameter('groupName')
    requireStopped(instance)
    if (Tenancy !== undefined && Tenancy !== tenancy)
      throw new ApiError(
        'InvalidRequest',
        `The tenancy of ${instance.id} cannot be changed from ${tenancy} to ${Tenancy}.`,
      )
    const request = {
      groupName: GroupName,
      groupId: GroupId ?? (GroupName === undefined ? groupId : undefined),
      partition: PartitionNumber,
      tenancy,
    }
    const where = { type: findInstanceType(instance.instanceType), zone: instance.zone, count: 1 }
    const [placement = nowhere] = planPlacement(world, request, where)
    updateInstance(world, instance.id, { placement })
    return done
  },
})
