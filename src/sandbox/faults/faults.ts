/** A failure that happens at random, on all subjects or on some. */
export interface Chance {
  /** 0 never, 1 always. */
  readonly probability: number
  /** Names of actions (or, for `capacity`, of instance types or zones); absent: all. */
  readonly only?: readonly string[]
}

/** One failure at an exact place: the nth call of an action since the faults were set. */
export interface ScriptedFailure {
  readonly action: string
  /** From 1. */
  readonly call: number
  /** `lost-response`: the call is carried out, the connection is cut. Otherwise nothing is done and this code answered. */
  readonly failure: 'lost-response' | { readonly code: string; readonly message?: string; readonly httpStatus?: number }
}

/** All faults are off unless named here. Times are milliseconds of the sandbox's clock. */
export interface Faults {
  /** Added to each request, uniform between the two. */
  readonly extraLatencyMs?: { readonly minimum: number; readonly maximum: number }
  /** EC2's documented token buckets per account and region. */
  readonly throttling?: boolean
  /** InternalError (500) or Unavailable (503) before anything is done; `burst` calls of an action in a row. */
  readonly serverErrors?: Chance & { readonly burst?: number }
  /** Writes are carried out, then the connection is cut without an answer. */
  readonly lostResponses?: Chance
  /** InsufficientInstanceCapacity from RunInstances and StartInstances. */
  readonly capacity?: Chance
  /** RunInstances answers 200, then the instance goes from pending to terminated. */
  readonly launchFailures?: Chance
  /** StartInstances answers 200, then the instance goes from pending back to stopped: there is no room for it. */
  readonly startFailures?: Chance
  /** CreateVolume answers 200, then the volume goes to `error`. */
  readonly volumeErrors?: Chance
  /** A snapshot ends in `error`, and with it the image that it was taken for. */
  readonly snapshotErrors?: Chance
  /** The attachment stays in `attaching` until it is detached. */
  readonly stuckAttaching?: Chance
  /** VcpuLimitExceeded, VolumeLimitExceeded, SnapshotLimitExceeded or AddressLimitExceeded; `only` names actions. */
  readonly quotas?: Chance
  /** A device says busy for some time before it comes off, 5 s unless told; `only` names devices. Not when it is forced. */
  readonly busyDetach?: Chance & { readonly forMs?: number }
  /** Somebody else takes an associated address for another server, within a minute unless told. */
  readonly stolenAddresses?: Chance & { readonly withinMs?: number }
  /** NVMe devices have other numbers after a boot; `only` names instance types. */
  readonly shuffledDevices?: Chance
  /** A host restarts by itself, within a minute of its boot unless told; `only` names instance types. */
  readonly reboots?: Chance & { readonly withinMs?: number }
  /** Pages without items and with a token. */
  readonly emptyPages?: Chance
  /** The lists of an answer are in another order; `only` names actions. */
  readonly shuffledAnswers?: Chance
  /** So long after the boot, host keys and all that follows them are not on the console yet. */
  readonly lateHostKeysMs?: number
  /** A kernel line comes in between the characters of each host key on the console; `only` names instance types. */
  readonly garbledHostKeys?: Chance
  /** The console is empty, as before anything was posted; `only` names instance types. */
  readonly emptyConsole?: Chance
  /** So much was printed after the host keys that the 64 KB that are shown do not reach back to them; `only` names instance types. */
  readonly scrolledConsole?: Chance
  /** The console shows no host keys, as of an image that does not print them; `only` names instance types. */
  readonly missingHostKeys?: Chance
  /** How long a new object stays invisible, at most, to reads by id, to writes, and to filters. */
  readonly visibilityDelayMs?: { readonly describe?: number; readonly mutate?: number; readonly filter?: number }
  /**
   * So often a record is read as it was up to so long ago: by Describe calls without a filter, by those with one, and, as
   * far as it was not there yet, by what changes it.
   */
  readonly staleReads?: {
    readonly probability: number
    readonly describeMs?: number
    readonly filterMs?: number
    readonly mutateMs?: number
  }
  /** SSH connections from this machine to hosts whose every piece comes so much later (of the machine's clock). */
  readonly slowConnections?: { readonly probability: number; readonly delayMs: number }
  /** SSH connections that are cut within so long of their beginning (of the machine's clock). */
  readonly droppedConnections?: { readonly probability: number; readonly withinMs: number }
  /** SSH connections that stay open and pass nothing on any more, from some time on (of the machine's clock). */
  readonly hangingConnections?: { readonly probability: number; readonly withinMs: number }
  /** The account has opted into the region's Local Zone, which stands among its zones then. */
  readonly localZones?: boolean
  /** What RunInstances answers to the token of a terminated instance; EC2 shows both. Default: `error`. */
  readonly terminatedToken?: 'error' | 'instance'
  readonly scripted?: readonly ScriptedFailure[]
}

export type ResolvedFaults = Omit<Faults, 'scripted' | 'throttling' | 'terminatedToken'> & {
  readonly throttling: boolean
  readonly terminatedToken: 'error' | 'instance'
  readonly scripted: readonly ScriptedFailure[]
}

export function resolveFaults(faults: Faults): ResolvedFaults {
  const { throttling = false, terminatedToken = 'error', scripted = [] } = faults
  return { ...faults, throttling, terminatedToken, scripted }
}

const names: Readonly<Record<keyof Faults, true>> = {
  extraLatencyMs: true,
  throttling: true,
  serverErrors: true,
  lostResponses: true,
  capacity: true,
  launchFailures: true,
  startFailures: true,
  volumeErrors: true,
  snapshotErrors: true,
  stuckAttaching: true,
  quotas: true,
  busyDetach: true,
  stolenAddresses: true,
  shuffledDevices: true,
  reboots: true,
  emptyPages: true,
  shuffledAnswers: true,
  emptyConsole: true,
  scrolledConsole: true,
  lateHostKeysMs: true,
  garbledHostKeys: true,
  missingHostKeys: true,
  visibilityDelayMs: true,
  staleReads: true,
  slowConnections: true,
  droppedConnections: true,
  hangingConnections: true,
  localZones: true,
  terminatedToken: true,
  scripted: true,
}

/** Reads faults that came over HTTP; throws a TypeError that names what is wrong. */
export function readFaults(value: unknown): Faults {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new TypeError('faults must be an object')
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(names, name))
      throw new TypeError(`unknown fault '${name}'; there are ${Object.keys(names).join(', ')}`)
  }
  return value
}
