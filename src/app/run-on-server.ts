import type { ExecStreams } from '../executor/ports.js'
import { enterServer } from './enter-server.js'
import type { Session } from './session.js'

/** Runs argv on a server of the stack, or on the one that a volume is on, with the given streams; resolves with its exit status. */
export async function runOnServer(
  session: Session,
  name: string,
  argv: readonly string[],
  streams: ExecStreams,
): Promise<number> {
  return session.ports.hosts.exec(await enterServer(session, name), argv, streams)
}
