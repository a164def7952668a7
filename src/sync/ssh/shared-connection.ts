import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { endOfChild, startChild, type ChildResult } from '../child.js'

/** A login to a server that runs of ssh share. */
export interface SharedConnection {
  close(): Promise<void>
}

/** Chosen: as short as a round trip. */
const pollMs = 10

/**
 * Logs in and keeps the connection; resolves how ssh ended when it could not, or was aborted before. ssh makes the socket when it is logged in.
 * It stays in the foreground, as a child that ends with this process: by itself (`-f`) it would leave its group.
 */
export async function openSharedConnection(
  configPath: string,
  alias: string,
  socketPath: string,
  signal: AbortSignal,
): Promise<SharedConnection | ChildResult> {
  // Not -M too: given twice, the option means that each session is to be allowed by hand.
  const child = startChild(['ssh', '-F', configPath, '-o', 'ControlMaster=yes', '-N', alias])
  child.stdin.end()
  child.stdout.resume()
  const ended = endOfChild(child)
  const giveUp = () => void child.kill()
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  while (!existsSync(socketPath)) {
    const result = await Promise.race([ended, sleep(pollMs)])
    if (result) return result
  }
  return {
    async close() {
      child.kill()
      await ended
    },
  }
}
