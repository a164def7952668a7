import {
  CreatePlacementGroupCommand,
  DeletePlacementGroupCommand,
  DescribePlacementGroupsCommand,
} from '@aws-sdk/client-ec2'
import { reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about placement groups. A name is taken once: a second create says `Duplicate`. */
export const placementGroupActions = {
  DescribePlacementGroups: { command: DescribePlacementGroupsCommand, ...reads },
  CreatePlacementGroup: { command: CreatePlacementGroupCommand, ...writes },
  DeletePlacementGroup: { command: DeletePlacementGroupCommand, ...removes },
} as const satisfies ActionTable
