import type { Command } from 'commander'
import { readText } from '../../../app/input/read-text.js'
import type { QueueConnection } from '../../../fleet/redis/connection.js'
import { takenFromEnvironment } from '../../given-variables.js'
import type { QueueAddress } from '../../../fleet/redis/queue-address.js'

/** Where the queue is that a fleet's workers share. */
export interface QueueOptions {
  /** Left out: there is none, and this process does the work. */
  readonly queue?: string
  readonly queuePasswordFile?: string
}

/** Chosen: longer than any password. */
const passwordBytesMax = 4096

export function addQueueOptions(command: Command, what: string): Command {
  return command
    .option('--queue <url>', what)
    .option(
      '--queue-password-file <file>',
      "a file with the queue's password (or EVENKEEL_FLEET_REDIS_PASSWORD); never in the URL",
    )
}

/** The address that the options say, and the environment. Throws a UsageError where it is none. */
async function queueAddress(queue: string, { queuePasswordFile }: QueueOptions): Promise<QueueAddress> {
  const { queueAddressOf } = await import('../../../fleet/redis/queue-address.js')
  const given = takenFromEnvironment('EVENKEEL_FLEET_REDIS_PASSWORD')
  const password = queuePasswordFile === undefined ? given : readText(queuePasswordFile, passwordBytesMax).trim()
  return queueAddressOf(queue, password)
}

/** Connects to it; throws a UsageError where it lets nobody in with this password. What it has to say of Redis goes to `say`. */
export async function openQueue(
  queue: string,
  options: QueueOptions,
  say: (text: string) => void,
): Promise<QueueConnection> {
  const { connectQueue } = await import('../../../fleet/redis/connection.js')
  const connection = connectQueue(await queueAddress(queue, options), say)
  await connection.entered()
  return connection
}
