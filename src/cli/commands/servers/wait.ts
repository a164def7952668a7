import { Command, Option } from 'commander'
import { awaitedStates, type AwaitedState } from '../../../app/servers/awaited-state.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, duration, type StackOptions } from '../../options.js'
import { activityLine, canRedraw, forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel wait server.web --for running              until EC2 calls it running
  evenkeel wait 'web[*]' db --for healthy --timeout 5m
  evenkeel wait 'web[0..1]' --for stopped --json
  evenkeel wait server.web --for healthy --timeout 0  looks once

Healthy is a server whose checks EC2 calls ok (of the machine that it runs on, and of the instance), that each load balancer
of the stack file which names it sends traffic to, and that answers SSH. All have to be there at the same time. A wait
changes nothing, takes no lock, and may stand beside an apply; it ends at once where a server is terminated.

Exit status: 0 all are there; 1 not in time, never, or an error; 130 after Ctrl-C.`

/** Chosen: a first word when one begins to wonder, and one every so often then. */
const wordEveryMs = 10_000

interface WaitCommandOptions extends StackOptions {
  readonly file?: string
  readonly for: AwaitedState
  /** Milliseconds. */
  readonly timeout: number
  readonly hosts: boolean
  readonly json?: boolean
}

export const waitCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('wait'))
    .description('wait until servers are running, healthy or stopped')
    .argument('<servers...>', "addresses or patterns: `server.web`, `'web[*]'`, `'server.*'`, `'web[0..3]'`")
    .addOption(new Option('--for <state>', 'what is waited for').choices(awaitedStates).makeOptionMandatory())
    .option('--timeout <duration>', 'how long at most, e.g. `90s`, `5m`; `0` looks once', duration, 600_000)
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--no-hosts', 'do not ask healthy servers for an answer by SSH')
    .option('--json', 'print how each stands as JSON')
    .addHelpText('after', examples)
    .action(async (patterns: readonly string[], options: WaitCommandOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { waitFailure, waitForServers }, { waitingText, waitJson, waitText }] = await Promise.all(
        [
          import('../../with-session.js'),
          import('../../../app/servers/wait-for-servers.js'),
          import('../../../report/servers/wait-text.js'),
        ],
      )
      const { for: goal, timeout: timeoutMs, hosts } = options
      const line = canRedraw(process.stderr)
        ? activityLine()
        : { say: (text: string) => void process.stderr.write(`${text}.\n`), clear: () => undefined }
      const awaited = await withSession(options.file, options, async (session) => {
        if (goal === 'healthy' && hosts && session.hostsImpossible !== undefined)
          session.notice(`Nobody is asked by SSH: ${session.hostsImpossible}.`)
        const startedAtMs = Date.now()
        let latest: Parameters<typeof waitingText>[0] | undefined
        // A look may take long itself, as where a server does not answer.
        const words = setInterval(() => {
          if (latest) line.say(waitingText({ ...latest, sinceMs: Date.now() - startedAtMs }))
        }, wordEveryMs)
        const waiting = waitForServers(session, patterns, { goal, timeoutMs, hosts }, (look) => {
          latest = look
        })
        const seen = await waiting.finally(() => clearInterval(words))
        line.clear()
        process.stdout.write(options.json === true ? waitJson(session.spec.stack, seen) : waitText(seen))
        return seen
      })
      const failure = waitFailure(awaited)
      if (failure) throw failure
      finish(exitCodes.success)
    })
