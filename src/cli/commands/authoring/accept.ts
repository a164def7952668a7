import { Command } from 'commander'
import { createColors } from 'picocolors'
import type { AcceptedDrift } from '../../../app/authoring/accept-drift.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import {
  addLockOption,
  addStackOptions,
  stackFileOptions,
  type LockingOptions,
  type StackOptions,
} from '../../options.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel accept server.web
  evenkeel accept 'server.web[*]' securityGroup.web -f staging.stack.yaml --yes

What \`evenkeel drift\` tells of these addresses is written into the stack file: only those words change, comments and layout stay.
With \`extends\` it is written into the file that is named, over what its base says. Then the tag that tells what was
applied last is brought up to date; nothing else is changed in EC2.

Exit status: 0 all of it is in the file, 1 not all of it, or nothing was done, 6 locked.`

interface AcceptOptions extends StackOptions, LockingOptions {
  readonly file?: string
  readonly yes?: boolean
}

export const acceptCommand: CommandDefinition = (finish) =>
  addLockOption(addStackOptions(new Command('accept')))
    .description('write into the stack file what has drifted')
    .argument('<addresses...>', 'what is accepted as it is, e.g. `server.web`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (addresses: readonly string[], options: AcceptOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, app, { lineDiff }, { confirmed }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/authoring/accept-drift.js'),
        import('../../../report/line-diff.js'),
        import('../../confirm.js'),
      ])
      const found = await withSession(options.file, options, (session) =>
        app.acceptedDrift(session, addresses, stackFileOptions(options)),
      )
      tellRefused(found)
      if (found.words.length === 0) {
        process.stderr.write('Nothing was written.\n')
        finish(exitCodes.failure)
        return
      }
      const lines = lineDiff(legible(found.before), legible(found.after), createColors(useColor(process.stdout)))
      process.stdout.write(`${legible(found.path)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
      tellBases(found)
      if (!(await confirmed(`Write it into ${legible(found.path)}?`, options))) {
        process.stderr.write('Nothing was written.\n')
        finish(exitCodes.failure)
        return
      }
      app.writeAccepted(found)
      const written = [...new Set(found.words.flatMap(({ members }) => members))]
      process.stdout.write(legible(`Written: ${written.join(', ')}.\n`))
      const more = await withSession(found.path, options, (session) => app.recordAccepted(session, written))
      if (more.length > 0) process.stderr.write(legible(`\`evenkeel plan\` has more to do at ${more.join(', ')}.\n`))
      finish(found.refused.length > 0 ? exitCodes.failure : exitCodes.success)
    })

function tellRefused({ refused }: AcceptedDrift): void {
  for (const { address, path, why } of refused) process.stderr.write(legible(`Not ${address} ${path}: ${why}.\n`))
}

function tellBases({ bases, path }: AcceptedDrift): void {
  if (bases.length > 0)
    process.stderr.write(legible(`It is written into ${path} alone, over what ${bases.join(', ')} says.\n`))
}
