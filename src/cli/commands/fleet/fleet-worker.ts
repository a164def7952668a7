import { availableParallelism, hostname } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../../../core/errors.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { givenVariables } from '../../given-variables.js'
import { onInterrupt } from '../../interruption.js'
import { duration } from '../../options.js'
import { addQueueOptions, openQueue, type QueueOptions } from './queue-options.js'

const examples = `
Examples:
  evenkeel fleet worker --queue redis://queue.internal:6379
  evenkeel fleet worker --queue rediss://evenkeel@queue.internal --queue-password-file /run/secrets/redis -f /srv/fleet.yaml
  evenkeel fleet worker --queue redis://127.0.0.1 --at-once 8 --plans /mnt/shared/plans

Ctrl-C and SIGTERM: nothing new begins, what runs ends; what has not after --grace is stopped between two steps and given back
to the other workers, one of which goes on with the same run. Twice: it leaves at once, and the others take over within half a
minute.

Exit status: 0 after it was told to end, 1 on an error.`

interface WorkerCommandOptions extends QueueOptions {
  readonly file?: string
  readonly atOnce: number
  readonly grace: number
  readonly plans?: string
  readonly sandboxDir?: string
}

/** Chosen: less than the half minute that Kubernetes and ECS leave a container. */
const graceDefaultMs = 12_000

export const fleetWorkerCommand: CommandDefinition = (finish) =>
  addQueueOptions(new Command('worker'), 'the Redis that the workers share, as redis://host:port; rediss:// with TLS')
    .description('work on the stacks of the fleet together with other workers, on any number of machines')
    .option('-f, --file <file>', "the fleet's file; left out: fleet.yaml here")
    .option('--at-once <number>', 'jobs at one time, at most', wholeNumber, 2 * availableParallelism())
    .option('--grace <duration>', 'how long what runs may take to end; default 12s', duration, graceDefaultMs)
    .option(
      '--plans <directory>',
      "where saved plans lie, for workers that share them; left out: the fleet's folder here",
    )
    .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
    .addHelpText('after', examples)
    .action(async (options: WorkerCommandOptions) => {
      if (options.queue === undefined) {
        throw new UsageError('USAGE', 'a worker needs --queue: the Redis that it shares with the others', {
          hint: 'without Redis, `evenkeel fleet drift` and its like do the work in one process',
        })
      }
      await work(options.queue, options)
      finish(exitCodes.success)
    })

async function work(queue: string, options: WorkerCommandOptions): Promise<void> {
  const [{ readFleet }, { openWorkshop }, { runFleetWorker }, { createReportStore }, { connectSharedBuckets }] =
    await Promise.all([
      import('../../../fleet/file/read-fleet.js'),
      import('../../../fleet/redis/worker/workshop.js'),
      import('../../../fleet/redis/worker/fleet-worker.js'),
      import('../../../fleet/redis/report-store.js'),
      import('../../../fleet/redis/shared-buckets.js'),
    ])
  // What is wrong with the file is told before anything is begun.
  const { name } = readFleet(options.file)
  const say = (text: string) => void process.stderr.write(`${legible(text)}\n`)
  const stop = new AbortController()
  const release = onInterrupt(() => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    stop.abort()
  })
  const connection = await openQueue(queue, options, say)
  const buckets = connectSharedBuckets(connection.address, name)
  const worker = `${hostname()}/${process.pid}`
  say(`Worker ${worker} of ${name} at ${connection.address.shown}, ${options.atOnce} at once.`)
  try {
    await runFleetWorker(
      {
        connection,
        store: createReportStore(connection.redis, name),
        workshop: openWorkshop({
          file: options.file,
          plans: options.plans,
          sandboxDir: options.sandboxDir,
          environment: givenVariables(),
          buckets,
          say,
        }),
        atOnce: options.atOnce,
        graceMs: options.grace,
        worker,
        say,
      },
      stop.signal,
    )
    say('Ended.')
  } finally {
    release()
    buckets.close()
    await connection.close()
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 to 999.')
  return Number(text)
}
