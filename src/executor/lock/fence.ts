import type { HostPort, SyncPort } from '../ports.js'
import type { Lease } from './lease.js'
import { notHeld } from './lock-errors.js'

/**
 * Stands before everything that a session changes: without the stack's lock nothing is begun, also not by what outlives
 * the lease that it was begun under; what takes something away asks EC2 whether the lock is still held.
 */
export interface Fence {
  readonly lease: Lease | undefined
  hold(lease: Lease | undefined): void
  /** For EC2's calls, right before each attempt; rejects with a LockError. */
  readonly guard: (call: { readonly isDestructive: boolean }) => void | Promise<void>
}

export function createFence(stack: string): Fence {
  let held: Lease | undefined
  return {
    get lease() {
      return held
    },
    hold: (lease) => {
      held = lease
    },
    guard: ({ isDestructive }) => {
      if (held === undefined) throw notHeld(stack)
      return isDestructive ? held.verify() : held.check()
    },
  }
}

/** A HostPort that begins nothing that writes without the lock. What was held still is let go in any case. */
export function fencedHosts(hosts: HostPort, fence: Fence): HostPort {
  const checked = async <Result>(perform: () => Promise<Result>) => {
    await fence.guard({ isDestructive: false })
    return perform()
  }
  const verified = async <Result>(perform: () => Promise<Result>) => {
    await fence.guard({ isDestructive: true })
    return perform()
  }
  return {
    waitUntilReady: (access, options) => hosts.waitUntilReady(access, options),
    offeredHostKeys: (place) => hosts.offeredHostKeys(place),
    bootId: (access) => hosts.bootId(access),
    probe: (access) => hosts.probe(access),
    vitals: (access) => hosts.vitals(access),
    checkMounted: (access, request) => hosts.checkMounted(access, request),
    makeFilesystem: (access, request) => verified(() => hosts.makeFilesystem(access, request)),
    growFilesystem: (access, request) => checked(() => hosts.growFilesystem(access, request)),
    mount: (access, request) => checked(() => hosts.mount(access, request)),
    writeFstab: (access, request) => checked(() => hosts.writeFstab(access, request)),
    unmount: (access, request) => checked(() => hosts.unmount(access, request)),
    freeze: (access, request) => checked(() => hosts.freeze(access, request)),
    copyBlocks: (source, destination, request) => {
      const beforeWriting = () => verified(() => request.beforeWriting())
      const signal = fence.lease?.lost
      return checked(() =>
        hosts.copyBlocks(source, destination, { ...request, beforeWriting, ...(signal && { signal }) }),
      )
    },
    authorizeKey: (access, request) => verified(() => hosts.authorizeKey(access, request)),
    run: (access, command, onOutput, options) => {
      const signal = fence.lease?.lost
      return checked(() => hosts.run(access, command, onOutput, { ...options, ...(signal && { signal }) }))
    },
    exec: (access, argv, streams) => hosts.exec(access, argv, streams),
    disconnect: (instanceId) => hosts.disconnect(instanceId),
    close: () => hosts.close(),
  }
}

/**
 * A SyncPort that copies nothing onto a server of the stack without the lock; a copy may delete at its destination, and
 * ends when the lock is lost. What is copied to elsewhere changes nothing of the stack's, and needs no lock.
 */
export function fencedSync(sync: SyncPort, fence: Fence): SyncPort {
  return {
    readTree: (request) => sync.readTree(request),
    sourceDigest: (rule) => sync.sourceDigest(rule),
    contentDigest: (request) => sync.contentDigest(request),
    compare: (rule, destination) => sync.compare(rule, destination),
    copy: async (rule, destination, onProgress) => {
      const isOurs = destination.access !== undefined
      if (isOurs || fence.lease) await fence.guard({ isDestructive: rule.delete })
      return sync.copy(rule, destination, onProgress, fence.lease?.lost)
    },
    close: () => sync.close(),
  }
}
