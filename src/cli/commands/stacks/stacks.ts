import { Command, Option } from 'commander'
import { systemClock } from '../../../core/clock.js'
import type { PlaceWords } from '../../../app/stacks/place-words.js'
import { exitCodes } from '../../../core/exit-codes.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'
import { addPlaceOptions, placeWordsOf } from './place-options.js'

const examples = `
Examples:
  evenkeel stacks                                       where AWS_REGION and the profile of this shell say
  evenkeel stacks --region eu-central-1 --profile ops
  evenkeel stacks --target sandbox --json
  evenkeel destroy --stack old-experiment               when its file is lost

A stack is what carries its tags: one whose file is lost stands in the list, too, and so does one of which only
snapshots, or volumes that were kept, are left. It takes eight paged calls, however many stacks there are.

Exit status: 0, 1 on an error.`

interface StacksOptions extends PlaceWords {
  readonly sandboxDir?: string
  readonly color: boolean
  readonly json?: boolean
}

export const stacksCommand: CommandDefinition = (finish) =>
  addPlaceOptions(
    new Command('stacks')
      .description('list every stack of an account and region, found by tags: no file is needed')
      .addOption(new Option('--target <target>', '`sandbox`, or a region'))
      .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
      .option('--no-color', 'no colour (or NO_COLOR=1)'),
  )
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (options: StacksOptions) => {
      if (!options.color) forbidColor()
      const [{ withCloud }, { stacksJson, stacksText }] = await Promise.all([
        import('../../../app/stacks/place-words.js'),
        import('../../../report/stacks/stacks-text.js'),
      ])
      const [where, stacks] = await withCloud(placeWordsOf(options), options.sandboxDir, (cloud) =>
        Promise.all([cloud.whereabouts(), cloud.listStacks()]),
      )
      const shown = { nowMs: systemClock.now(), color: useColor(process.stdout) }
      process.stdout.write(options.json === true ? stacksJson(stacks, where) : stacksText(stacks, where, shown))
      finish(exitCodes.success)
    })
