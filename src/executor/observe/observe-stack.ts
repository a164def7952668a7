import pLimit from 'p-limit'
import { EvenkeelError, messageOf } from '../../core/errors.js'
import type { Address } from '../../model/address.js'
import type { ArchiveFacts } from '../../model/kinds/archive.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { SyncFacts } from '../../model/kinds/sync-rule.js'
import type { LiveVolume, VolumeTrouble } from '../../model/kinds/volume.js'
import type { LiveStack, ScheduledEvent, Unreadable } from '../../model/live-stack.js'
import { successionOf } from '../../model/kinds/server-succession.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { CloudFacts, CloudQuery, Ports } from '../ports.js'
import { cloudQuery } from './cloud-query.js'
import { noteExistingKeys } from './existing-keys.js'
import { observeCloud } from './observe-cloud.js'
import type { EnteredServer } from './copy-places.js'
import { liveHostAccess } from './live-host-access.js'
import { readSyncs } from './observe-syncs.js'
import { offersQuery } from './offers-query.js'
import { unreadableSource } from './unreadable-source.js'

/** Chosen: enough to hide the round trips, few enough for a small machine's processes (rsync). */
const hostsAtOnce = 16
const comparisonsAtOnce = 4

export interface ObserveOptions {
  /** Whether to look inside the servers, and to compare what sync rules copy. */
  readonly hosts: boolean
  /** Other stacks whose snapshots are read too. */
  readonly snapshotsOf?: readonly string[]
  /** Other regions in which the stack's snapshots are read too, beside those that the file names. */
  readonly snapshotRegions?: readonly string[]
  /** Ask also what new resources need: this machine's address, and where they can be. Left out: yes; who removes or only looks has no need of it. */
  readonly forNew?: boolean
  /** Ask also which volumes EC2 doubts: who looks for drift wants to know. */
  readonly volumeTroubles?: boolean
  /** Nothing but tags tells what the stack has: what no file names is asked for, too. */
  readonly byTagsAlone?: boolean
  /** Why no server can be entered at all (a sandbox without hosts). */
  readonly hostsImpossible?: string | undefined
  /** Whether `hostsImpossible` is somebody's wish alone: there are hosts, and what runs on them runs on. */
  readonly hostsLeftOut?: boolean
  /** How long a run that ended without a word has been known to do nothing; left out: not known. */
  readonly quietMs?: number | undefined
  /** One line for people about what is being read. */
  readonly onActivity?: (text: string) => void
}

/**
 * Reads the live stack: EC2's facts in a handful of calls, then every running server's inside and every sync rule's
 * difference, in parallel. Rejects when EC2 cannot be read; a server or a directory that cannot be is a fact.
 */
export async function observeStack(spec: StackSpec, ports: Ports, options: ObserveOptions): Promise<LiveStack> {
  const say = options.onActivity ?? (() => undefined)
  say('reading EC2')
  const cloud = await observeCloud(spec, ports.cloud, queryFor(spec, options))
  const publicKeys = await readPublicKeys(spec, cloud, ports, options)
  if (options.hosts && options.hostsImpossible === undefined && cloud.servers.length > 0) say('reading servers')
  const asked = options.forNew === false ? undefined : offersQuery(spec, cloud)
  const [servers, volumes, offers, scheduledEvents, volumeTroubles] = await Promise.all([
    readServers(spec, cloud, ports, options),
    withModifications(spec, cloud, ports),
    asked && ports.cloud.readOffers(asked),
    readScheduledEvents(cloud, ports, options),
    findTroubles(cloud, ports, options),
  ])
  if (options.hosts && spec.syncs.length > 0) say('comparing files')
  const syncs = options.hosts ? await readSyncs(spec.syncs, cloud.volumes, servers, ports) : {}
  const archives = await readArchives(spec, ports, options)
  const { account, unnamed: _unnamed, ...facts } = cloud
  return {
    ...facts,
    stack: spec.stack,
    ...(account !== undefined && { account }),
    ...(offers && { offers }),
    ...(scheduledEvents.length > 0 && { scheduledEvents }),
    ...(volumeTroubles.length > 0 && { volumeTroubles }),
    volumes,
    publicKeys,
    ...(spec.archives.length > 0 && { archives }),
    hosts: Object.fromEntries(servers.map(({ key, facts }) => [key, facts])),
    syncs,
    hostsImpossible: options.hostsImpossible,
    ...(options.hostsLeftOut === true && { hostsLeftOut: true }),
    unreadable: unreadableIn(servers, syncs),
  }
}

function queryFor(
  spec: StackSpec,
  { snapshotsOf = [], snapshotRegions = [], forNew = true, quietMs, byTagsAlone = false }: ObserveOptions,
): CloudQuery {
  const query = cloudQuery(spec)
  return {
    ...query,
    snapshotsOf,
    ...(snapshotRegions.length > 0 && {
      snapshotRegions: [...snapshotRegions, ...(query.snapshotRegions ?? [])],
    }),
    ...(quietMs !== undefined && { quietMs }),
    ...(byTagsAlone && {
      interfaces: true,
      elasticIps: true,
      loadBalancers: true,
      scalingGroups: true,
      placementGroups: true,
      allImages: true,
      networks: [],
    }),
    operatorIp: forNew && query.operatorIp,
  }
}

/** The volumes, and of those that the file wants larger or otherwise what EC2 has changed of them lately. */
async function withModifications(spec: StackSpec, cloud: CloudFacts, ports: Ports): Promise<readonly LiveVolume[]> {
  const wanted = new Map(spec.volumes.map((volume) => [volume.address, volume]))
  const changing = cloud.volumes.filter((volume) => {
    const { sizeGiB, type, iops, throughputMiBps } = wanted.get(volume.address) ?? {}
    return (
      (sizeGiB !== undefined && sizeGiB > volume.sizeGiB) ||
      (type !== undefined && type !== volume.type) ||
      (iops !== undefined && iops !== volume.iops) ||
      (throughputMiBps !== undefined && throughputMiBps !== volume.throughputMiBps)
    )
  })
  if (changing.length === 0) return cloud.volumes
  const modifications = await ports.cloud.readModifications(changing.map(({ id }) => id))
  return cloud.volumes.map((volume) => {
    const own = modifications[volume.id]
    return own ? { ...volume, modifications: own } : volume
  })
}

function readServers(
  spec: StackSpec,
  cloud: CloudFacts,
  ports: Ports,
  options: ObserveOptions,
): Promise<readonly EnteredServer[]> {
  const asked = options.hosts && options.hostsImpossible === undefined
  const entered = enteredOf(cloud.servers)
  const notProbed = ({ key, server: { address, state } }: (typeof entered)[number]): EnteredServer => {
    const because = state === 'stopped' || state === 'stopping' ? 'stopped' : 'not-asked'
    return { key, address, facts: { kind: 'not-probed', because }, access: undefined }
  }
  if (!asked) return Promise.resolve(entered.map(notProbed))
  const accessOf = liveHostAccess(spec, cloud, ports)
  return pLimit(hostsAtOnce).map(entered, async (one) => {
    const { key, server } = one
    const { address } = server
    if (server.state === 'stopped' || server.state === 'stopping') return notProbed(one)
    try {
      const access = await accessOf(server)
      const facts = await ports.hosts.probe(access)
      return { key, address, facts, access: facts.kind === 'read' ? access : undefined }
    } catch (error) {
      const hint = error instanceof EvenkeelError && error.hint !== undefined ? { hint: error.hint } : {}
      return { key, address, facts: { kind: 'unreadable', reason: messageOf(error), ...hint }, access: undefined }
    }
  })
}

/**
 * The servers to look into, and under what each is remembered: the address, or the instance's id where others have it
 * too, the youngest first. Of two that are a conflict one is enough: nothing is done with either.
 */
function enteredOf(servers: readonly LiveServer[]): readonly { readonly key: string; readonly server: LiveServer }[] {
  const groups = new Map<Address, LiveServer[]>()
  for (const server of servers) groups.set(server.address, [...(groups.get(server.address) ?? []), server])
  return [...groups].flatMap(([address, group]) => {
    const succession = group.length > 1 ? successionOf(group) : undefined
    if (succession) return succession.map((server) => ({ key: server.id, server }))
    return group.slice(0, 1).map((server) => ({ key: String(address), server }))
  })
}

/** What EC2 has scheduled for servers of the stack; who only looks at something else has no need of it. */
async function readScheduledEvents(
  { servers }: CloudFacts,
  ports: Ports,
  { forNew = true }: ObserveOptions,
): Promise<readonly ScheduledEvent[]> {
  if (servers.length === 0 || !forNew) return []
  const ids = new Set(servers.map(({ id }) => id))
  const events = await ports.cloud.readScheduledEvents()
  return events?.filter(({ instanceId }) => ids.has(instanceId)) ?? []
}

/** Of the stack's volumes those that EC2 doubts: all that it doubts are read, which are few. */
async function findTroubles(
  { volumes }: CloudFacts,
  ports: Ports,
  { volumeTroubles = false }: ObserveOptions,
): Promise<readonly VolumeTrouble[]> {
  if (volumes.length === 0 || !volumeTroubles) return []
  const ids = new Set(volumes.map(({ id }) => id))
  const troubles = (await ports.cloud.findVolumeTroubles()) ?? []
  return troubles.filter(({ id }) => ids.has(id)).sort((left, right) => (left.id < right.id ? -1 : 1))
}

/** The directories of archives are on this machine, and are read whether or not servers are looked into. */
async function readArchives(
  spec: StackSpec,
  ports: Ports,
  options: ObserveOptions,
): Promise<Readonly<Record<string, ArchiveFacts>>> {
  if (spec.archives.length > 0) options.onActivity?.('reading directories')
  const readings = await pLimit(comparisonsAtOnce).map(spec.archives, async ({ address, from, exclude, checksum }) => {
    try {
      const facts: ArchiveFacts = { kind: 'read', ...(await ports.sync.readTree({ source: from, exclude, checksum })) }
      return [address, facts] as const
    } catch (error) {
      return [address, unreadableSource(error, true) satisfies ArchiveFacts] as const
    }
  })
  return Object.fromEntries(readings)
}

async function readPublicKeys(
  spec: StackSpec,
  cloud: CloudFacts,
  ports: Ports,
  options: ObserveOptions,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  options.onActivity?.('reading local keys')
  for (const { address } of spec.keyPairs) {
    const live = cloud.keyPairs.find((keyPair) => keyPair.address === address)?.publicKey
    const publicKey = await ports.keys.publicKey(address, live)
    if (publicKey !== undefined) found[address] = publicKey
  }
  Object.assign(found, await noteExistingKeys(spec, cloud, ports.keys))
  if (options.byTagsAlone === true) {
    // Which key EC2 has says which of this machine's private halves opens the servers.
    for (const { address, publicKey } of cloud.keyPairs) await ports.keys.publicKey(address, publicKey)
  }
  return found
}

function unreadableIn(
  servers: readonly EnteredServer[],
  syncs: Readonly<Record<string, SyncFacts>>,
): readonly Unreadable[] {
  const found: Unreadable[] = []
  for (const { address, facts } of servers) {
    if (facts.kind === 'unreadable') found.push({ address, reason: facts.reason })
  }
  for (const [address, facts] of Object.entries(syncs)) {
    if (facts.kind === 'unreadable') found.push({ address: address as Address, reason: facts.reason })
  }
  return found
}
