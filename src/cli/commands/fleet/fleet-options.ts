import type { Command } from 'commander'
import { collect } from '../../options.js'
import { addQueueOptions, type QueueOptions } from './queue-options.js'

/** What every command of a fleet takes. */
export interface FleetOptions extends QueueOptions {
  readonly file?: string
  readonly only?: readonly string[]
  readonly sandboxDir?: string
  readonly plans?: string
  readonly json?: boolean
  readonly color: boolean
}

export interface RoundCommandOptions extends FleetOptions {
  readonly resume?: boolean
}

/** What the page takes beside. */
export interface ServeOptions extends FleetOptions {
  readonly listen: string
  readonly origin?: readonly string[]
  readonly tokenFile?: string
  /** Milliseconds. */
  readonly grace: number
}

export function addFleetOptions(command: Command): Command {
  return addQueueOptions(command, 'the Redis of workers that do the work; left out: this process does it')
    .option('-f, --file <file>', "the fleet's file; left out: fleet.yaml here")
    .option(
      '--only <pattern>',
      'these stacks alone: `environments/prod/**`, `infra:*/stack.yaml`; can be repeated',
      collect,
    )
    .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
    .option('--plans <directory>', "where saved plans lie, as workers are told; left out: the fleet's folder here")
    .option('--no-color', 'no colour (or NO_COLOR=1)')
}

export function addRoundOptions(command: Command): Command {
  return addFleetOptions(command)
    .option('--json', 'print the report as JSON')
    .option(
      '--resume',
      'go on with the last one of this fleet, where that was cut off; what has ended is not done again',
    )
}
