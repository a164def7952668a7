import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2'
import { removes, writes, type ActionTable } from '../wire/action-facts.js'

/** Tags of whatever kind are written with these. */
export const tagActions = {
  CreateTags: { command: CreateTagsCommand, ...writes },
  DeleteTags: { command: DeleteTagsCommand, ...removes },
} as const satisfies ActionTable
