import { Command } from 'commander'
import { addStackOptions, collect, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel put ./site/ web:/srv/www/
  evenkeel put a.flac b.flac volume.music/library/ -f staging.stack.yaml

A trailing slash means the contents, as in rsync. Only what differs is sent.

Exit status: 0 copied, 1 failed.`

interface PutOptions extends StackOptions {
  readonly file?: string
  readonly delete?: boolean
  readonly exclude?: readonly string[]
}

export const putCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('put'))
    .description('copy files of this machine to a server or a volume')
    .argument('<paths...>', 'paths of this machine, then where to: server:/path, or volume.name/path')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--delete', 'delete at the destination what the source does not have')
    .option('--exclude <pattern>', 'rsync pattern of what is left out; can be repeated', collect)
    .addHelpText('after', examples)
    .action(async (paths: readonly string[], options: PutOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { copyShown }, { putEnds }] = await Promise.all([
        import('../with-session.js'),
        import('../copy-shown.js'),
        import('../copy-words.js'),
      ])
      const ends = putEnds(paths)
      await withSession(options.file, options, (session) =>
        copyShown(session, { ...ends, delete: options.delete === true, exclude: options.exclude ?? [] }),
      )
      finish(0)
    })
