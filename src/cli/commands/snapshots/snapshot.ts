import { Command } from 'commander'
import type { CarryOutOptions } from '../../carry-out.js'
import { addLockOption, addRunOptions, type LockingOptions, type RunOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel snapshot volume.music                      plan, ask, and take one now
  evenkeel snapshot music -f staging.stack.yaml --yes

The filesystem is frozen until EC2 has answered, or what \`snapshots.consistent\` of the volume says.

Exit status: 0 the snapshot is completed, 1 failed, 6 locked, 130 interrupted.`

interface SnapshotOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly file?: string
}

export const snapshotCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('snapshot')))
    .description('take a snapshot of a volume now')
    .argument('<volume>', 'address of a volume: `volume.music`, or `music`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--steps', 'list the steps too')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', examples)
    .action(async (name: string, options: SnapshotOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { planSnapshot }, { carryOut }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/plan-snapshots.js'),
        import('../../carry-out.js'),
      ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const replan = () => planSnapshot(session, name, options)
        const again = `evenkeel snapshot ${name} -f ${session.file.path}`
        return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
      })
      finish(exitCode)
    })
