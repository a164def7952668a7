import { InvalidArgumentError, type Command } from 'commander'
import { addStackOptions, collect, type StackOptions } from './options.js'

/** What put and get take. */
export interface CopyCommandOptions extends StackOptions {
  readonly file?: string
  readonly delete?: boolean
  readonly exclude?: readonly string[]
  readonly owner?: string
  readonly dryRun?: boolean
}

export function addCopyOptions(command: Command): Command {
  return addStackOptions(command)
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--dry-run', 'copy nothing, and say what would be copied')
    .option('--delete', 'delete at the destination what the source does not have')
    .option('--exclude <pattern>', 'rsync pattern of what is left out; can be repeated', collect)
    .option('--owner <user[:group]>', 'who owns what is copied, by their names at the destination', ownerOf)
}

/** As `owner` of a sync rule in the stack file. */
const ownerPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/

function ownerOf(text: string): string {
  if (!ownerPattern.test(text)) throw new InvalidArgumentError('It is written user, or user:group.')
  return text
}
