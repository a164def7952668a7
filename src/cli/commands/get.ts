import { Command } from 'commander'
import { addStackOptions, collect, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel get web:/var/log/nginx/ ./logs/
  evenkeel get 'web[0]:/etc/fstab' 'web[0]:/etc/hosts' ./ -f staging.stack.yaml

A trailing slash means the contents, as in rsync. Only what differs is sent.

Exit status: 0 copied, 1 failed.`

interface GetOptions extends StackOptions {
  readonly file?: string
  readonly delete?: boolean
  readonly exclude?: readonly string[]
}

export const getCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('get'))
    .description('copy files of a server or a volume to this machine')
    .argument('<paths...>', 'what to copy: server:/path, or volume.name/path; then a path of this machine')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--delete', 'delete at the destination what the source does not have')
    .option('--exclude <pattern>', 'rsync pattern of what is left out; can be repeated', collect)
    .addHelpText('after', examples)
    .action(async (paths: readonly string[], options: GetOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { copyShown }, { getEnds }] = await Promise.all([
        import('../with-session.js'),
        import('../copy-shown.js'),
        import('../copy-words.js'),
      ])
      const ends = getEnds(paths)
      await withSession(options.file, options, (session) =>
        copyShown(session, { ...ends, delete: options.delete === true, exclude: options.exclude ?? [] }),
      )
      finish(0)
    })
