import { Command } from 'commander'
import { readText } from '../../../app/input/read-text.js'
import { UsageError } from '../../../core/errors.js'
import { exitCodes } from '../../../core/exit-codes.js'
import type { CommandDefinition } from '../../command-definition.js'
import { collect, duration } from '../../options.js'
import { addFleetOptions, type ServeOptions } from './fleet-options.js'

const examples = `
Examples:
  evenkeel fleet serve                             prints the URL of the page, with a new token in it
  evenkeel fleet serve --queue redis://queue.internal --plans /mnt/shared/plans
  evenkeel fleet serve --listen 0.0.0.0:4664 --origin https://fleet.example.com --token-file /run/secrets/page

The token opens the page and /metrics: \`Authorization: Bearer TOKEN\`. It comes from --token-file or EVENKEEL_FLEET_PAGE_TOKEN; where
neither gives one, a new one is made with each start.

Ctrl-C and SIGTERM: the page is gone at once, nothing new begins, and what this process works on ends; what has not after --grace
is stopped between two steps, and goes on when its plan is applied again. What workers do goes on without the page.

Exit status: 0 after it was told to end, 1 on an error.

Documentation: docs/fleet.md`

/** Chosen: above the ports that others have by custom, and the same at each start, so that a bookmark finds it. */
const listenDefault = '127.0.0.1:4664'
/** Chosen: less than the half minute that Kubernetes and ECS leave a container. */
const graceDefaultMs = 12_000
const tokenBytesMax = 4096

export const fleetServeCommand: CommandDefinition = (finish, { version }) =>
  addFleetOptions(new Command('serve'))
    .description(
      'serve a page of the fleet for browsers, with buttons for drift, plan and apply, and metrics for Prometheus',
    )
    .option('--listen <address>', `where; other machines reach it with --origin alone`, listenDefault)
    .option(
      '--origin <url>',
      'how browsers reach it through a proxy, which does TLS: https://fleet.example.com; can be repeated',
      collect,
    )
    .option('--token-file <file>', 'a file with the token (or EVENKEEL_FLEET_PAGE_TOKEN); never on the command line')
    .option('--grace <duration>', 'how long what runs may take to end; default 12s', duration, graceDefaultMs)
    .addHelpText('after', examples)
    .action(async (options: ServeOptions) => {
      const { serveFleet } = await import('./serve-fleet.js')
      await serveFleet(options, { version, token: givenToken(options) })
      finish(exitCodes.success)
    })

/** Undefined: none was given. It is taken out of the environment: what is started from here has no business with it. */
function givenToken({ tokenFile }: ServeOptions): string | undefined {
  const said = process.env['EVENKEEL_FLEET_PAGE_TOKEN']
  delete process.env['EVENKEEL_FLEET_PAGE_TOKEN']
  if (tokenFile === undefined) return said === '' ? undefined : said?.trim()
  const text = readText(tokenFile, tokenBytesMax).trim()
  if (text === '') throw new UsageError('USAGE', `--token-file ${tokenFile} is empty`)
  return text
}
