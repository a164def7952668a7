import { Command } from 'commander'
import { systemClock } from '../../core/clock.js'
import { exitCodes } from '../exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel snapshots                   versions of every volume, newest first
  evenkeel snapshots --json | jq '.snapshots[] | select(.address == "volume.music")'

Exit status: 0, 1 on an error.`

export const snapshotsCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('snapshots'))
    .description("list the snapshots of the stack's volumes")
    .argument(fileArgument, fileDescription)
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { snapshotsJson, snapshotsText }] = await Promise.all([
        import('../with-session.js'),
        import('../../report/tables/snapshots-text.js'),
      ])
      const live = await withSession(file, options, (session) => session.observe({ hosts: false, forNew: false }))
      const now = systemClock.now()
      const text = options.json === true ? snapshotsJson(live, now) : snapshotsText(live, now, useColor(process.stdout))
      process.stdout.write(text)
      finish(exitCodes.success)
    })
