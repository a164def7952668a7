import { Command } from 'commander'
import { shellWord } from '../../../core/shell-words.js'
import type { ServerAct } from '../../../planner/server-act-plan.js'
import type { CarryOutOptions } from '../../carry-out.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addLockOption, addRunOptions, type LockingOptions, type RunOptions } from '../../options.js'
import { forbidColor } from '../../terminal.js'

interface ActCommandOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly file?: string
  readonly hosts?: boolean
}

/** What each of them says of itself. */
const words: Readonly<Record<ServerAct, { readonly does: string; readonly examples: string; readonly more: string }>> =
  {
    start: {
      does: 'start servers by hand',
      examples: `
  evenkeel start server.web               asks, starts it, and waits until it answers
  evenkeel start 'server.web[*]' --yes    all of a count
  evenkeel start server.web --no-hosts    waits for EC2 alone`,
      more: `Where the stack file says \`state: stopped\`, the next plan tells the server as drift, and an apply stops it again. A public
address that is not an elastic one is another one afterwards.`,
    },
    stop: {
      does: 'stop servers by hand',
      examples: `
  evenkeel stop server.web                asks, and stops it
  evenkeel stop 'web[0..1]' db -f staging.stack.yaml --yes`,
      more: `The operating system shuts down, and unmounts what is mounted. Disks of the instance's own are emptied, and the plan says so.
Where the stack file says \`state: running\`, the next plan tells the server as drift, and an apply starts it again: write
\`state: stopped\` there to have it stay. What EC2 protects from stopping is not stopped.`,
    },
    reboot: {
      does: 'reboot servers by hand',
      examples: `
  evenkeel reboot server.web              asks, reboots it, and waits until it answers in another boot
  evenkeel reboot 'server.*' --yes        all servers, at once
  evenkeel reboot server.web --no-hosts   asks EC2 for it, and waits for nothing`,
      more: `The operating system is told to; where it does not within some minutes, EC2 reboots it hard. Addresses and disks stay. A server
that cannot be entered is rebooted, too, and not waited for.`,
    },
  }

/** The command for an act. */
export function actCommand(act: ServerAct): CommandDefinition {
  const { does, examples, more } = words[act]
  const help = `
Examples:${examples}

${more}

Exit status: 0 done, or nothing was to be done; 1 failed or partial, 6 locked, 130 interrupted.`
  return (finish) => {
    const command = addLockOption(addRunOptions(new Command(act)))
      .description(does)
      .argument('<servers...>', "addresses or patterns: `server.web`, `'web[*]'`, `'server.*'`, `'web[0..3]'`")
      .option('-f, --file <file>', 'stack file; left out: the one here')
      .option('--yes', 'do not ask')
      .option('--json', 'print what happens as JSON lines; needs --yes')
      .option('--steps', 'list the steps too')
    if (act !== 'stop') command.option('--no-hosts', 'do not enter the servers, and so do not wait until they answer')
    return command
      .addHelpText('after', help)
      .action(async (patterns: readonly string[], options: ActCommandOptions) => {
        if (!options.color) forbidColor()
        const [{ withLockedSession }, { planServerAct }, { carryOut }] = await Promise.all([
          import('../../with-session.js'),
          import('../../../app/servers/act-on-servers.js'),
          import('../../carry-out.js'),
        ])
        const hosts = options.hosts === false ? 'left-out' : true
        const exitCode = await withLockedSession(options.file, options, async (session) => {
          const replan = () => planServerAct(session, act, patterns, { ...options, hosts })
          const again = `evenkeel ${act} ${patterns.map(shellWord).join(' ')} -f ${session.file.path}`
          const plan = await replan()
          if (plan.applyable && plan.steps.length === 0 && options.json !== true) {
            const lines = plan.changes.map(({ address, reason }) => `${address}: ${reason}.\n`)
            process.stdout.write(legible(lines.join('')))
            return exitCodes.success
          }
          return carryOut(session, { verb: 'apply', plan, replan, again }, options)
        })
        finish(exitCode)
      })
  }
}
