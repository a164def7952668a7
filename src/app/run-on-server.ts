import { UsageError } from '../core/errors.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { liveHostAccess } from '../executor/observe/live-host-access.js'
import type { ExecStreams } from '../executor/ports.js'
import { serverNamed } from './named-servers.js'
import type { Session } from './session.js'

/** Runs argv on a server of the stack with the given streams; resolves with its exit status. */
export async function runOnServer(
  session: Session,
  name: string,
  argv: readonly string[],
  streams: ExecStreams,
): Promise<number> {
  const { spec, ports, hostsImpossible } = session
  const address = serverNamed(name, spec)
  if (hostsImpossible !== undefined) {
    throw new UsageError('SERVER_UNKNOWN', `${address} cannot be entered: ${hostsImpossible}`)
  }
  const cloud = await ports.cloud.observe({ ...cloudQuery(spec), operatorIp: false })
  const server = cloud.servers.find((live) => live.address === address)
  if (server?.state !== 'running') {
    throw new UsageError('SERVER_UNKNOWN', `${address} ${server ? `is ${server.state}` : 'does not exist'}`, {
      hint: 'run `evenkeel apply` first',
    })
  }
  return ports.hosts.exec(await liveHostAccess(spec, cloud, ports)(server), argv, streams)
}
