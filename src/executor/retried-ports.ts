import type { Clock } from '../core/clock.js'
import { HostError, type EvenkeelError } from '../core/errors.js'
import { admitted } from '../core/work-scope.js'
import type { HostPort, SyncPort } from './ports.js'

/** Chosen: a link that breaks once breaks again at once or comes back within seconds; `waitUntilReady` has its own patience. */
const delaysMs = [500, 1_000, 2_000, 4_000] as const

export interface RetryOptions {
  readonly clock: Clock
  /** Stops waiting for another attempt. */
  readonly signal: AbortSignal | undefined
  readonly onRetry: (attempt: number, error: EvenkeelError, delayMs: number) => void
}

/**
 * Performs an operation again when its error says that this can help, with growing pauses. Calls to EC2 are not given
 * here: the provider obeys their error class itself, because it alone knows whether a lost answer can be looked up.
 *
 * @internal exported for its test
 */
export async function withRetries<Result>(
  perform: () => Promise<Result>,
  { clock, signal, onRetry }: RetryOptions,
): Promise<Result> {
  for (const [index, delayMs] of delaysMs.entries()) {
    try {
      return await perform()
    } catch (error) {
      if (!(error instanceof HostError) || !error.retryable || signal?.aborted === true) throw error
      onRetry(index + 2, error, delayMs)
      await clock.sleep(delayMs, signal).catch(() => {
        throw error
      })
    }
  }
  return perform()
}

/**
 * A HostPort whose operations are tried again, and take their share of what may be in flight while they run; what waits for
 * a server to come up takes none. All of them can be repeated, but the user's own commands.
 */
export function retryingHosts(hosts: HostPort, options: RetryOptions): HostPort {
  const retried = <Result>(perform: () => Promise<Result>) => withRetries(() => inServer(perform), options)
  return {
    waitUntilReady: (access, limits) => hosts.waitUntilReady(access, limits),
    offeredHostKeys: (place) => retried(() => hosts.offeredHostKeys(place)),
    bootId: (access) => inServer(() => hosts.bootId(access)),
    probe: (access) => inServer(() => hosts.probe(access)),
    vitals: (access) => inServer(() => hosts.vitals(access)),
    makeFilesystem: (access, request) => retried(() => hosts.makeFilesystem(access, request)),
    growFilesystem: (access, request) => retried(() => hosts.growFilesystem(access, request)),
    mount: (access, request) => retried(() => hosts.mount(access, request)),
    writeFstab: (access, request) => retried(() => hosts.writeFstab(access, request)),
    checkMounted: (access, request) => retried(() => hosts.checkMounted(access, request)),
    unmount: (access, request) => retried(() => hosts.unmount(access, request)),
    copyBlocks: (source, destination, request) => retried(() => hosts.copyBlocks(source, destination, request)),
    freeze: (access, request) => retried(() => hosts.freeze(access, request)),
    authorizeKey: (access, request) => retried(() => hosts.authorizeKey(access, request)),
    run: (access, command, onOutput, limits) => inServer(() => hosts.run(access, command, onOutput, limits)),
    exec: (access, argv, streams) => inServer(() => hosts.exec(access, argv, streams)),
    disconnect: (instanceId) => hosts.disconnect(instanceId),
    close: () => hosts.close(),
  }
}

/** A SyncPort whose copies are tried again: rsync goes on where it was. */
export function retryingSync(sync: SyncPort, options: RetryOptions): SyncPort {
  return {
    readTree: (request) => sync.readTree(request),
    sourceDigest: (rule) => sync.sourceDigest(rule),
    contentDigest: (request) => sync.contentDigest(request),
    compare: (rule, destination) => sync.compare(rule, destination),
    copy: (rule, destination, onProgress, signal) =>
      withRetries(() => inServer(() => sync.copy(rule, destination, onProgress, signal)), options),
    close: () => sync.close(),
  }
}

function inServer<Result>(work: () => Promise<Result>): Promise<Result> {
  return admitted('host', work)
}
