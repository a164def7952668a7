import type { LiveServer } from '../../model/kinds/server.js'
import type { RootDisk } from '../../model/kinds/server.js'
import type { ScheduledEvent } from '../../model/live-stack.js'
import type { Reservation } from '../../model/launch/reserved.js'
import type { ServerOptionChanges, ServerOptions } from '../../model/launch/server-options.js'
import type { Tags } from '../../model/tags.js'
import type { Once, Owned, Owner, Waiting } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with servers. */
export interface ServerCloud {
  /**
   * Launches one instance and waits until it runs. `launched` is one that `launchServers` launched: that is waited for, and only
   * where somebody has terminated it is another one launched.
   */
  createServer(request: LaunchRequest & Once & { readonly launched?: string | undefined }): Promise<RunningServer>
  /**
   * Launches so many instances in one call, all or none, and waits for nothing: their ids, by launch index. One that has been
   * terminated since has none; and none has where EC2 has no room, quota or permission for all of them, as it may have for some.
   */
  launchServers(request: LaunchRequest & Once & { readonly count: number }): Promise<readonly (string | undefined)[]>
  /** Waits until it runs. `unchanged` when it does already. */
  startServer(request: Owned): Promise<RunningServer & { readonly effect: Effect }>
  /** Waits until it is stopped. */
  stopServer(request: Owned): Promise<Effect>
  /** Asks for it; the instance is `running` all the while. Rejects where it is not. */
  rebootServer(request: Owned): Promise<void>
  setServerType(request: { readonly instanceId: string; readonly type: string; readonly owner: Owner }): Promise<Effect>
  /** Plain text; an empty one takes it away. It has to be stopped, or on its way there. */
  setServerUserData(request: {
    readonly instanceId: string
    readonly userData: string
    readonly owner: Owner
  }): Promise<Effect>
  setServerGroups(request: {
    readonly instanceId: string
    readonly groupIds: readonly string[]
    readonly owner: Owner
  }): Promise<Effect>
  setServerProtection(request: {
    readonly instanceId: string
    readonly protect: boolean
    readonly owner: Owner
  }): Promise<Effect>
  /** Changes these alone; cores and threads only while it is stopped. */
  setServerOptions(request: {
    readonly instanceId: string
    readonly options: ServerOptionChanges
    readonly owner: Owner
  }): Promise<Effect>
  /** Waits until it is terminated. Never lifts a protection by itself. */
  terminateServer(request: Owned): Promise<Effect>
  /** What EC2 says of these instances; one that it does not show is left out. In the order of the ids. */
  readServerStatuses(ids: readonly string[]): Promise<readonly ServerStatus[]>
  /** As `readServerStatuses`, with the ways to them; without `checks`, the checks are not asked for, and are nobody's word. */
  watchServers(request: {
    readonly ids: readonly string[]
    readonly checks: boolean
  }): Promise<readonly WatchedServer[]>
  /** What EC2 has scheduled for instances of the account, in one call; undefined where it may not be asked. By instance, the next first. */
  readScheduledEvents(): Promise<readonly ScheduledEvent[] | undefined>
  /** What the account has reserved, and is in force; absent where it may not be asked. */
  readReservations(): Promise<readonly Reservation[] | undefined>
  /** What the instance wrote to its console, as it wrote it: the newest, where its type has that, else what EC2 posted last. */
  readConsole(id: string): Promise<ServerConsole>
  /**
   * Never resolves: rejects when the instance does not run any more, or EC2 cannot be asked, and with Cancelled when `signal`
   * is aborted. For whoever waits for something that only a running instance does.
   */
  untilItEnds(request: { readonly instanceId: string; readonly signal: AbortSignal }): Promise<never>
  /**
   * The host keys that the instance printed on its console, as `ssh-ed25519 AAAA…` lines; polls until they appear, or until
   * its boot is over without them; `once` looks once alone. Rejects with Cancelled when `signal` ends the wait.
   */
  readHostKeys(
    request: {
      readonly instanceId: string
      readonly once?: boolean
      readonly signal?: AbortSignal | undefined
    } & Waiting,
  ): Promise<readonly string[]>
}

/** A check of EC2: `ok`, `impaired`, `initializing`, `insufficient-data` or `not-applicable`. */
export interface ServerCheck {
  readonly status: string
  /** ISO 8601: since when it is impaired; absent where it is not, or EC2 does not say. */
  readonly impairedSince?: string
}

export interface ServerEvent {
  /** `instance-reboot`, `system-reboot`, `system-maintenance`, `instance-retirement` or `instance-stop`. */
  readonly code: string
  readonly description: string
  /** Each ISO 8601, and absent where EC2 does not say. */
  readonly notBefore?: string
  readonly notAfter?: string
  readonly notBeforeDeadline?: string
}

/** What may change of an instance while somebody waits for it. */
export interface WatchedServer extends Pick<LiveServer, 'publicIp' | 'privateIp' | 'tags'> {
  readonly status: ServerStatus
}

/** Source: EC2 API, DescribeInstanceStatus and DescribeInstances. */
export interface ServerStatus {
  readonly id: string
  /** `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`. */
  readonly state: string
  /** ISO 8601: since when it is in that state; absent where EC2 does not say. */
  readonly since?: string
  /** Why it is in that state, in EC2's words; absent where there is nothing to say. */
  readonly reason?: string
  /** Of the host and the network that AWS runs, of the instance itself, and of its volumes. */
  readonly system: ServerCheck
  readonly instance: ServerCheck
  readonly volumes: ServerCheck
  /** Scheduled, the next first; those that EC2 calls completed or cancelled are left out. */
  readonly events: readonly ServerEvent[]
}

export interface ServerConsole {
  readonly text: string
  /** ISO 8601: when it was read off; absent where EC2 does not say. */
  readonly at?: string
  /** Whether it is the console of this moment, and not what EC2 posted at the last boot, or hourly. */
  readonly isLatest: boolean
}

export interface RunningServer {
  readonly id: string
  readonly privateIp: string | undefined
  readonly publicIp: string | undefined
  readonly privateDns: string | undefined
  readonly publicDns: string | undefined
  readonly zone: string
  readonly type: string
}

export interface LaunchRequest {
  readonly imageId: string
  readonly rootDeviceName: string
  readonly type: string
  readonly zone: string | undefined
  readonly subnetId: string | undefined
  readonly keyName: string
  readonly groupIds: readonly string[]
  readonly rootVolume: RootDisk
  /** Plain text; the port encodes it. */
  readonly userData: string | undefined
  readonly protect: boolean
  readonly options?: ServerOptions | undefined
  readonly tags: Tags
  readonly rootVolumeTags: Tags
  /** Where it is launched as a spot instance. */
  readonly spotRequestTags?: Tags | undefined
  /** Tried in order where EC2 has no room for this type in this zone. */
  readonly alternatives?: readonly { readonly type: string; readonly zone: string | undefined }[] | undefined
}

/** What can be done with spot requests; they come with the servers that they are for. */
export interface SpotRequestCloud {
  /**
   * From then on EC2 launches and starts nothing more for it; an instance that runs goes on. `unchanged` where it is over already.
   * `instanceId`: the stack's own instance behind it. Rejects where another is stopped, which EC2 would end with it.
   */
  cancelSpotRequest(request: Owned & { readonly instanceId?: string | undefined }): Promise<Effect>
}

export interface SpotRequestQuery {
  /** Ask for spot requests; left out: only where what else is read says that there may be some. */
  readonly spotRequests?: boolean
}
