import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel lock show                   who is changing the stack, for which run, since when
  evenkeel lock show staging.stack.yaml --json
  evenkeel lock break                  asks, and ends it: for a run that is known to be gone

A run that was killed needs neither: on the same machine the next one takes its lock over at once, elsewhere when it has seen
no sign of it for a minute.

Exit status: 0, 1 on an error.`

export const lockCommand: CommandDefinition = (finish, manifest) => {
  const command = new Command('lock')
    .description('who is changing the stack, and how to end that')
    .addHelpText('after', examples)
  command.addCommand(showCommand(finish, manifest))
  command.addCommand(breakCommand(finish, manifest))
  return command
}

const showExamples = `
Exit status: 0, also where nobody holds it; 1 on an error.`

const showCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('show'))
    .description('show who holds the lock of the stack')
    .argument(fileArgument, fileDescription)
    .option('--json', 'print it as JSON')
    .addHelpText('after', showExamples)
    .action(async (file: string | undefined, options: StackOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { readStackLock }, { lockShownJson, lockShownText }] = await loaded()
      const shown = options.json === true ? lockShownJson : lockShownText
      const text = await withSession(file, options, async (session) => {
        const found = await readStackLock(session)
        return shown(session.spec.stack, found?.sight, found?.liveness ?? 'unknown')
      })
      process.stdout.write(text)
      finish(exitCodes.success)
    })

const breakExamples = `
A holder that lives finds its lock gone within seconds, and before it takes anything away, and stops. What it was doing in that
moment may still arrive: break it where the run is known to be gone.

Exit status: 0 nobody holds it now, 1 nothing was done.`

const breakCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('break'))
    .description("end somebody's hold of the stack, by an explicit word")
    .argument(fileArgument, fileDescription)
    .option('--yes', 'do not ask')
    .addHelpText('after', breakExamples)
    .action(async (file: string | undefined, options: StackOptions & { readonly yes?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { readStackLock, breakStackLock }, { lockShownText }] = await loaded()
      const { confirmed } = await import('../../confirm.js')
      const exitCode = await withSession(file, options, async (session) => {
        const { stack } = session.spec
        const found = await readStackLock(session)
        process.stdout.write(lockShownText(stack, found?.sight, found?.liveness ?? 'unknown'))
        if (!found) return exitCodes.success
        if (!(await confirmed('Break this lock?', options))) {
          process.stderr.write('Nothing was done.\n')
          return exitCodes.failure
        }
        const isGone = await breakStackLock(session, found)
        process.stdout.write(isGone ? `The lock of ${stack} is broken.\n` : `It was given back meanwhile.\n`)
        return exitCodes.success
      })
      finish(exitCode)
    })

function loaded() {
  return Promise.all([
    import('../../with-session.js'),
    import('../../../app/lock/standing-lock.js'),
    import('../../../report/lock-text.js'),
  ])
}
