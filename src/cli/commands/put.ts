import { Command } from 'commander'
import type { CommandDefinition } from '../command-definition.js'
import { addCopyOptions, type CopyCommandOptions } from '../copy-options.js'
import { addLockOption, type LockingOptions } from '../options.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel put ./site/ web:/srv/www/
  evenkeel put a.flac b.flac volume.music/library/ -f staging.stack.yaml
  evenkeel put --owner www-data:www-data --delete --dry-run ./site/ web:/srv/www/
                                       what a copy would do

A trailing slash means the contents, as in rsync. Only what differs is sent. What is copied belongs to the server's login
user, or to --owner.

Exit status: 0 copied, 1 failed, 6 locked.`

export const putCommand: CommandDefinition = (finish) =>
  addLockOption(addCopyOptions(new Command('put')))
    .description('copy files of this machine, or of one outside the stack, to a server or a volume')
    .argument(
      '<paths...>',
      'paths of this machine, or user@host:path; then where to: server:/path, or volume.name/path',
    )
    .addHelpText('after', examples)
    .action(async (paths: readonly string[], options: CopyCommandOptions & LockingOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { copyShown }, { putEnds }] = await Promise.all([
        import('../with-session.js'),
        import('../copy-shown.js'),
        import('../copy-words.js'),
      ])
      const ends = putEnds(paths)
      const { delete: deletes = false, exclude = [], owner, dryRun = false, lockTimeout: lockTimeoutMs } = options
      await withSession(options.file, options, (session) =>
        copyShown(session, { ...ends, delete: deletes, exclude, owner, dryRun, lockTimeoutMs }),
      )
      finish(0)
    })
