import { Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../../core/clock.js'
import type { CarryOutOptions } from '../../carry-out.js'
import { exitCodes } from '../../../core/exit-codes.js'
import {
  addLockOption,
  addRunOptions,
  addStackOptions,
  fileArgument,
  fileDescription,
  type LockingOptions,
  type RunOptions,
  type StackOptions,
} from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel snapshots                   versions of every volume, newest first
  evenkeel snapshots --json | jq '.snapshots[] | select(.address == "volume.music")'
  evenkeel snapshots delete volume.music --version 3

Exit status: 0, 1 on an error.`

export const snapshotsCommand: CommandDefinition = (finish, manifest) => {
  const command = addStackOptions(new Command('snapshots'))
    .description("list the snapshots of the stack's volumes")
    .argument(fileArgument, fileDescription)
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { snapshotsJson, snapshotsText }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../report/tables/snapshots-text.js'),
      ])
      const live = await withSession(file, options, (session) => session.observe({ hosts: false, forNew: false }))
      const now = systemClock.now()
      const text = options.json === true ? snapshotsJson(live, now) : snapshotsText(live, now, useColor(process.stdout))
      process.stdout.write(text)
      finish(exitCodes.success)
    })
  command.addCommand(deleteCommand(finish, manifest))
  return command
}

interface DeleteOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly file?: string
  readonly version: readonly number[]
}

const deleteExamples = `
Examples:
  evenkeel snapshots delete volume.music --version 3
  evenkeel snapshots delete music --version 3 --version 4 -f staging.stack.yaml --yes

What they hold is gone then. One that the stack file names, that a restore still needs, or that is part of a checkpoint is
never deleted, and then none is.

Exit status: 0 deleted, 1 failed or refused, 6 locked, 130 interrupted.`

const deleteCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('delete')))
    .description('delete versions of a volume, by an explicit word')
    .argument('<volume>', 'address of a volume, which may be gone: `volume.music`, or `music`')
    .requiredOption(
      '--version <number>',
      'which one, as `evenkeel snapshots` lists them; can be repeated',
      collectVersion,
    )
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', deleteExamples)
    .action(async (volume: string, options: DeleteOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { planSnapshotDeletion }, { carryOut }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/plan-snapshots.js'),
        import('../../carry-out.js'),
      ])
      const versions = [...new Set(options.version)]
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const replan = () => planSnapshotDeletion(session, { volume, versions }, options)
        const again = `evenkeel snapshots delete ${volume} -f ${session.file.path}${versions.map((one) => ` --version ${one}`).join('')}`
        return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
      })
      finish(exitCode)
    })

function collectVersion(text: string, before: readonly number[] = []): readonly number[] {
  const version = Number(text)
  if (!Number.isInteger(version) || version < 1) throw new InvalidArgumentError('It is a whole number from 1.')
  return [...before, version]
}
