import type { PlacementGroup } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Effect, Owned, PlacementGroupCloud, PlacementGroupRequest } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen, sameOwner, vouchFor } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { isEnding, readInstances } from '../server/read-instances.js'
import { readPlacementGroup, readPlacementGroups } from './read-placement-groups.js'

/** Terraform waits 5 minutes for it to come, and to go. */
const limitMs = 5 * 60_000
const pauseMs = 2_000
/** What is ending lets go of its group some moments later. */
const betweenTriesMs = 5_000

/** How placement groups come and go. */
export function createPlacementGroupCalls(api: Ec2Api): PlacementGroupCloud {
  async function createPlacementGroup(request: PlacementGroupRequest) {
    const { GroupId: id = '' } = await createOrAdopt(request)
    // Where it does not show yet, the calls that name it are made again.
    api.young.note(id)
    await untilAvailable(id)
    return { id }
  }

  async function createOrAdopt(request: PlacementGroupRequest): Promise<PlacementGroup> {
    const { groupName, strategy, partitions, spreadLevel, tags } = request
    try {
      const { PlacementGroup = {} } = await api.call('CreatePlacementGroup', {
        GroupName: groupName,
        Strategy: strategy,
        ...(partitions !== undefined && { PartitionCount: partitions }),
        ...(spreadLevel !== undefined && { SpreadLevel: spreadLevel }),
        TagSpecifications: [{ ResourceType: 'placement-group', Tags: tagListOf(tags) }],
      })
      return PlacementGroup
    } catch (error) {
      if (!hasAwsCode(error, 'InvalidPlacementGroup.Duplicate')) throw error
      const found = await lookUntilSeen(api, async () => (await readByName(groupName))[0])
      if (found && sameOwner(tagsOf(found.Tags), tags)) return found
      throw nameTaken(groupName, found, error)
    }
  }

  function readByName(groupName: string): Promise<readonly PlacementGroup[]> {
    return readPlacementGroups(api, [{ Name: 'group-name', Values: [groupName] }])
  }

  async function untilAvailable(id: string): Promise<void> {
    const { clock, timeoutScale } = api.settings
    const deadline = clock.now() + limitMs * timeoutScale
    const tell = beginWait(clock, `${id} to be available`)
    for (;;) {
      const group = await readPlacementGroup(api, id).catch((error: unknown) => {
        if (!isOfClass(error, 'absent', 'consistency')) throw error
        return undefined
      })
      if (group?.State === 'available') return
      if (clock.now() >= deadline) throw notAvailable(id, group?.State)
      tell(group?.State ?? 'not shown yet')
      await api.pause(pauseMs)
    }
  }

  /** EC2 deletes by name: the id is read in the moment before, and with it whose the name is. */
  async function deletePlacementGroup({ id, owner }: Owned): Promise<Effect> {
    const { clock, timeoutScale } = api.settings
    const deadline = clock.now() + limitMs * timeoutScale
    const tell = beginWait(clock, `${id} to be let go`)
    for (;;) {
      const vouched = await vouchFor(api, id, owner, readPlacementGroup)
      if (vouched === undefined) return 'unchanged'
      const { item, confirm } = vouched
      try {
        await api.call('DeletePlacementGroup', { GroupName: item.GroupName ?? '' }, { seen: true, confirm })
        api.young.forget(id)
        return 'done'
      } catch (error) {
        if (isOfClass(error, 'absent')) return 'done'
        if (!hasAwsCode(error, 'InvalidPlacementGroup.InUse')) throw error
        const members = await membersOf(item.GroupName ?? '')
        const isOver = clock.now() >= deadline
        if (isOver || members.some((member) => !isEnding(member))) {
          const ids = members.map(({ InstanceId }) => InstanceId ?? '')
          throw stillUsed(id, owner.address, ids, error)
        }
        tell(error.awsCode)
      }
      await api.pause(betweenTriesMs)
    }
  }

  async function membersOf(groupName: string) {
    const found = await readInstances(api, [{ Name: 'placement-group-name', Values: [groupName] }])
    return found.filter(({ State }) => State?.Name !== 'terminated')
  }

  return { createPlacementGroup, deletePlacementGroup }
}

function nameTaken(groupName: string, found: PlacementGroup | undefined, cause: unknown) {
  const known = found ? ` (${found.GroupId})` : ''
  return providerError(
    'EC2_CONFLICT',
    'conflict',
    `a placement group named ${groupName} exists already${known}, and it is not ours`,
    { hint: 'delete it in EC2, or rename the stack or the entry', action: 'CreatePlacementGroup', cause },
  )
}

function notAvailable(id: string, state: string | undefined) {
  return providerError('EC2_TIMED_OUT', 'wait-state', `${id} stayed ${state ?? 'unseen'}`, {
    hint: 'apply again: it goes on from there',
    action: 'DescribePlacementGroups',
  })
}

function stillUsed(id: string, address: string, users: readonly string[], cause: unknown) {
  const named = users.length === 0 ? 'an instance that is ending' : users.join(', ')
  return providerError('EC2_WRONG_STATE', 'wait-state', `${id} (${address}) still holds ${named}`, {
    hint: 'stop these instances and take them out of it, or end them, then apply again',
    action: 'DeletePlacementGroup',
    cause,
  })
}
