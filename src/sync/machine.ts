import type { CopyPlace, HostAccess } from '../executor/ports.js'
import type { SshConnections, SshTarget } from './ssh/ssh-connections.js'

/** Where rsync runs: here, on a server of the stack (as root), or on a machine that the operator's own ssh knows. */
export type Machine =
  | { readonly kind: 'here' }
  | { readonly kind: 'server'; readonly access: HostAccess; readonly ssh: SshTarget }
  | { readonly kind: 'unmanaged'; readonly host: string }

/** The machine of an end; connects to a server. */
export async function machineOf({ access, host }: CopyPlace, connections: SshConnections): Promise<Machine> {
  if (access) return { kind: 'server', access, ssh: await connections.connect(access) }
  return host === undefined ? { kind: 'here' } : { kind: 'unmanaged', host }
}

/** For messages. */
export function machineName(machine: Machine): string {
  if (machine.kind === 'here') return 'this machine'
  return machine.kind === 'server' ? machine.access.address : machine.host
}

export function isSameMachine(left: Machine, right: Machine): boolean {
  if (left.kind === 'server' && right.kind === 'server') return left.access.instanceId === right.access.instanceId
  if (left.kind === 'unmanaged' && right.kind === 'unmanaged') return left.host === right.host
  return left.kind === right.kind
}

/** How ssh reaches it: the program with its options, and the name behind them. Host keys are always checked. */
export function sshTo(machine: Exclude<Machine, { kind: 'here' }>): {
  readonly argv: readonly string[]
  readonly name: string
} {
  if (machine.kind === 'server') return { argv: ['ssh', '-F', machine.ssh.configPath], name: machine.ssh.alias }
  return { argv: unmanagedSsh, name: machine.host }
}

/** The system's configuration and known hosts; nobody is asked anything. What follows is a machine, whatever it looks like. */
const unmanagedSsh = ['ssh', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=15', '--']

/** Before a command there, so that it may read and write anything: evenkeel works as root on its servers. */
export function rootPrefix(machine: Machine): string {
  return machine.kind === 'server' && machine.access.user !== 'root' ? 'sudo -n ' : ''
}
