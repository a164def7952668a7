import type { CloudPort } from './ports/cloud-port.js'
import type { HostPort, LocalKeysPort, PassPort } from './ports/host-port.js'
import type { SyncPort } from './ports/sync-port.js'

export type * from './ports/cloud-port.js'
export type * from './ports/effect.js'
export type * from './ports/host-port.js'
export type * from './ports/sync-port.js'

/**
 * Everything that an observation or an apply asks of the world, composed by app. Implementations: providers/ec2 (CloudPort),
 * hosts (HostPort, LocalKeysPort), sync (SyncPort). Every method rejects with an EvenkeelError, never with anything of
 * an SDK. Methods that change something resolve when the change can be relied on by the next step.
 */
export interface Ports {
  readonly cloud: CloudPort
  readonly hosts: HostPort
  readonly keys: LocalKeysPort
  readonly sync: SyncPort
  /** Left out: servers are entered with keys of this machine alone. */
  readonly passes?: PassPort
  /** Whether this machine is outside of the servers' networks for certain, as of a sandbox's: private addresses are not tried then. */
  readonly isOutside?: boolean
}
