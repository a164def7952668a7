import { UsageError } from '../core/errors.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { liveHostAccess } from '../executor/observe/live-host-access.js'
import { serversNamed } from './plan-stack.js'
import type { Session } from './session.js'

/** Runs argv on a server of the stack with this process's streams; resolves with its exit status. */
export async function runOnServer(session: Session, name: string, argv: readonly string[]): Promise<number> {
  const { spec, ports, hostsImpossible } = session
  const [address, ...others] = serversNamed(name, spec)
  if (address === undefined || others.length > 0) {
    throw new UsageError('SERVER_UNKNOWN', `${name} means several servers`, {
      hint: `name one: ${[address, ...others].join(', ')}`,
    })
  }
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
  const access = await liveHostAccess(server, spec, cloud, ports)
  return ports.hosts.exec(access, argv, { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr })
}
