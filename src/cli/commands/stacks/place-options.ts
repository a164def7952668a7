import type { Command } from 'commander'
import { UsageError } from '../../../core/errors.js'
import type { PlaceWords } from '../../../app/stacks/place-words.js'

/** Options of commands that find a stack without its file; `--target` is among the options of stack files. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--region <region>', 'where to look; default: as AWS is set up here (AWS_REGION, the profile)')
    .option('--profile <name>', 'the profile of ~/.aws to use')
    .option('--account <id>', 'stop where the credentials belong to another account')
    .option('--endpoint <url>', 'an endpoint that speaks EC2’s protocol')
}

/** The words among a command's options that say where to look. */
export function placeWordsOf({ target, region, profile, account, endpoint }: PlaceWords): PlaceWords {
  return { target, region, profile, account, endpoint }
}

/** A stack is named by its file or by `--stack`, and where it is by the one who names it. Throws a UsageError for both. */
export function checkNamedOnce(file: string | undefined, options: PlaceWords & { readonly stack?: string }): void {
  if (options.stack !== undefined) {
    if (file === undefined) return
    throw new UsageError('USAGE', `both the file ${file} and --stack name a stack`, { hint: 'leave one of them out' })
  }
  const word = (['region', 'profile', 'account', 'endpoint'] as const).find((name) => options[name] !== undefined)
  if (word === undefined) return
  throw new UsageError('USAGE', `--${word} says where to look for a stack without its file, and --stack is not given`, {
    hint: 'a stack file says where its stack is; name the stack with --stack, or leave this out',
  })
}
