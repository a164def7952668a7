import type { StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** Placement groups. EC2 knows them by name, and deletes none that holds anything. */
export const placementGroupEffects = {
  'create-placement-group'(world: World, step: StepOf<'create-placement-group'>) {
    const { address, tags, groupName, strategy, partitions, spreadLevel } = step
    const id = world.newId('pg', step.id)
    world.placementGroups.push({ address, id, tags, groupName, strategy, partitions, spreadLevel })
    world.ids.set(address, id)
  },
  'delete-placement-group'(world: World, { groupId }: StepOf<'delete-placement-group'>) {
    const group = world.placementGroups.find(({ id }) => id === groupId)
    if (world.servers.some(({ options }) => options?.placement?.group === group?.groupName))
      throw new Refused('InvalidPlacementGroup.InUse')
    world.placementGroups = world.placementGroups.filter(({ id }) => id !== groupId)
  },
}
