import { Command, InvalidArgumentError, Option } from 'commander'
import type { PlaceWords } from '../../../app/stacks/place-words.js'
import type { CloudPort } from '../../../executor/ports.js'
import type { Target } from '../../../model/stack-spec.js'
import { forbidColor } from '../../terminal.js'
import { addPlaceOptions, placeWordsOf } from '../stacks/place-options.js'

/** What every command takes that looks something up in EC2 without a stack file. */
export interface LookUpOptions extends PlaceWords {
  readonly sandboxDir?: string
  readonly color: boolean
  readonly json?: boolean
}

/** A command with the options that say where to look, and `--json`. */
export function lookUpCommand(name: string): Command {
  return addPlaceOptions(
    new Command(name)
      .addOption(new Option('--target <target>', '`sandbox`, or a region'))
      .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
      .option('--no-color', 'no colour (or NO_COLOR=1)'),
  ).option('--json', 'print it as JSON')
}

/** Looks where the options say. */
export async function lookUp<Result>(
  options: LookUpOptions,
  work: (cloud: CloudPort, target: Target) => Promise<Result>,
): Promise<Result> {
  if (!options.color) forbidColor()
  const { withCloud } = await import('../../../app/stacks/place-words.js')
  return withCloud(placeWordsOf(options), options.sandboxDir, work)
}

/** `--limit`: how many lines are shown. */
export function addLimitOption(command: Command, initial: number): Command {
  return command.addOption(
    new Option('--limit <number>', 'how many at most').default(initial).argParser((word) => {
      const limit = Number(word)
      if (Number.isInteger(limit) && limit > 0) return limit
      throw new InvalidArgumentError('It is a whole number above 0.')
    }),
  )
}
