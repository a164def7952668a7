import { Command } from 'commander'
import type { CommandDefinition } from '../command-definition.js'
import { addCopyOptions, type CopyCommandOptions } from '../copy-options.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel get web:/var/log/nginx/ ./logs/
  evenkeel get --dry-run volume.music/library/ ./library/
                                       what a copy would do
  evenkeel get 'web[0]:/etc/fstab' 'web[0]:/etc/hosts' ./ -f staging.stack.yaml

A trailing slash means the contents, as in rsync. Only what differs is sent.

Exit status: 0 copied, 1 failed.`

export const getCommand: CommandDefinition = (finish) =>
  addCopyOptions(new Command('get'))
    .description('copy files of a server or a volume to this machine, or to one outside the stack')
    .argument(
      '<paths...>',
      'what to copy: server:/path, or volume.name/path; then a path of this machine, or user@host:path',
    )
    .addHelpText('after', examples)
    .action(async (paths: readonly string[], options: CopyCommandOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { copyShown }, { getEnds }] = await Promise.all([
        import('../with-session.js'),
        import('../copy-shown.js'),
        import('../copy-words.js'),
      ])
      const ends = getEnds(paths)
      const { delete: deletes = false, exclude = [], owner, dryRun = false } = options
      await withSession(options.file, options, (session) =>
        copyShown(session, { ...ends, delete: deletes, exclude, owner, dryRun }),
      )
      finish(0)
    })
