import type { Address } from '../../../src/model/address.js'
import type { FstabLine, HostDevice, HostFacts, HostMount } from '../../../src/model/inside/host-facts.js'
import type { LiveElasticIp } from '../../../src/model/kinds/elastic-ip.js'
import type { LiveBuiltImage } from '../../../src/model/kinds/image.js'
import type { LiveScalingGroup } from '../../../src/model/kinds/scaling-group.js'
import type { LiveLoadBalancer } from '../../../src/model/kinds/load-balancer.js'
import type { LiveKeyPair } from '../../../src/model/kinds/key-pair.js'
import type { LiveInterface } from '../../../src/model/kinds/network-interface.js'
import type { LiveNetwork } from '../../../src/model/kinds/network.js'
import type { LivePlacementGroup } from '../../../src/model/kinds/placement-group.js'
import type { LiveSecurityGroup } from '../../../src/model/kinds/security-group.js'
import type { LiveServer } from '../../../src/model/kinds/server.js'
import type { SyncFacts } from '../../../src/model/kinds/sync-rule.js'
import type { LiveVolume } from '../../../src/model/kinds/volume.js'
import type { LiveSnapshot, RegionSnapshots } from '../../../src/model/kinds/volume-snapshot.js'
import type { LiveSpotRequest } from '../../../src/model/launch/spot.js'
import type { LiveLedger, LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import { observedImages } from './observed-images.js'
import { tagKeys, type Tags } from '../../../src/model/tags.js'

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What is mounted on a server, and what its fstab says; it stays while the server is stopped. */
export interface Disk {
  mounts: HostMount[]
  fstab: FstabLine[]
}

/** What a step that its port would refuse does here: it throws, and with it everything that needs it is left out. */
export class Refused extends Error {}

/** The live stack while steps work on it. */
export class World {
  readonly before: LiveStack
  readonly generation: number
  /** Ids by address, or by the step that made a snapshot. */
  readonly ids = new Map<string, string>()
  keyPairs: Mutable<LiveKeyPair>[]
  groups: Mutable<LiveSecurityGroup>[]
  servers: Mutable<LiveServer>[]
  spotRequests: readonly LiveSpotRequest[]
  images: Mutable<LiveBuiltImage>[]
  elasticIps: Mutable<LiveElasticIp>[]
  interfaces: Mutable<LiveInterface>[]
  networks: Mutable<LiveNetwork>[]
  placementGroups: Mutable<LivePlacementGroup>[]
  loadBalancers: Mutable<LiveLoadBalancer>[]
  scalingGroups: Mutable<LiveScalingGroup>[]
  volumes: Mutable<LiveVolume>[]
  snapshots: Mutable<LiveSnapshot>[]
  elsewhere: Mutable<RegionSnapshots>[]
  /** What each volume that was ever written to holds, attached or not. */
  readonly contents = new Map<string, HostDevice>()
  readonly disks = new Map<string, Disk>()
  /** Owner and mode of a filesystem's top directory stay with it. */
  readonly tops = new Map<string, Pick<HostMount, 'owner' | 'mode'>>()
  readonly copied = new Set<Address>()
  readonly #plan: Plan

  constructor(before: LiveStack, plan: Plan, generation: number) {
    this.before = before
    this.#plan = plan
    this.generation = generation
    this.keyPairs = structuredClone([...before.keyPairs])
    this.groups = structuredClone([...before.securityGroups])
    this.servers = structuredClone([...before.servers])
    this.spotRequests = before.spotRequests ?? []
    this.images = structuredClone([...(before.builtImages ?? [])])
    this.elasticIps = structuredClone([...(before.elasticIps ?? [])])
    this.interfaces = structuredClone([...(before.interfaces ?? [])])
    this.networks = structuredClone([...(before.networks ?? [])])
    this.placementGroups = structuredClone([...(before.placementGroups ?? [])])
    this.scalingGroups = structuredClone([...(before.scalingGroups ?? [])])
    this.loadBalancers = structuredClone([...(before.loadBalancers ?? [])])
    this.volumes = structuredClone([...before.volumes])
    this.snapshots = structuredClone([...before.snapshots])
    this.elsewhere = structuredClone([...(before.snapshotsElsewhere ?? [])])
    for (const [address, { id }] of Object.entries(plan.bindings)) this.ids.set(address, id)
    for (const volume of this.volumes) {
      const device = rememberedDevice(volume) ?? this.deviceFromSnapshot(volume)
      if (device) this.contents.set(volume.id, device)
    }
    for (const server of this.servers) {
      const facts = before.hosts[server.id] ?? before.hosts[server.address]
      const read = facts?.kind === 'read' ? facts : undefined
      for (const device of read?.devices ?? []) this.contents.set(device.volumeId, device)
      for (const { volumeId, owner, mode } of read?.mounts ?? []) this.tops.set(volumeId, { owner, mode })
      this.disks.set(server.id, { mounts: [...(read?.mounts ?? [])], fstab: [...(read?.fstab ?? [])] })
    }
  }

  newId(prefix: string, stepId: string): string {
    return `${prefix}-${stepId.slice(stepId.indexOf(':') + 1)}-${this.generation}`
  }

  idOf(address: Address): string {
    const id = this.ids.get(address)
    if (id === undefined) throw new Error(`nothing is bound to ${address}`)
    return id
  }

  group(address: Address): Mutable<LiveSecurityGroup> {
    return found(this.groups, this.idOf(address))
  }

  server(address: Address): Mutable<LiveServer> {
    return found(this.servers, this.idOf(address))
  }

  instance(id: string): Mutable<LiveServer> {
    return found(this.servers, id)
  }

  /** A server, or one instance of it, that can be entered. */
  entered(address: Address, instanceId?: string): Mutable<LiveServer> {
    const server = instanceId === undefined ? this.server(address) : this.instance(instanceId)
    if (server.state !== 'running') throw new Refused(`${address} does not run`)
    if (server.tags[tagKeys.hostKey] === undefined) throw new Refused(`${address} was not connected to`)
    return server
  }

  elasticIp(id: string): Mutable<LiveElasticIp> {
    return found(this.elasticIps, id)
  }

  networkPart(id: string): Mutable<LiveNetwork> {
    return found(this.networks, id)
  }

  volume(id: string): Mutable<LiveVolume> {
    return found(this.volumes, id)
  }

  disk(instanceId: string): Disk {
    const known = this.disks.get(instanceId)
    if (!known) throw new Error(`no disk of ${instanceId}`)
    return known
  }

  /** A volume as the server that it is attached to sees it. */
  deviceOn(address: Address, serverAddress: Address) {
    const server = this.entered(serverAddress)
    const volume = this.volume(this.idOf(address))
    if (volume.attachment?.instanceId !== server.id) throw new Refused(`${volume.id} is not attached to ${server.id}`)
    return { volume, device: this.#device(volume), disk: this.disk(server.id) }
  }

  /** What a volume holds that is made from a snapshot. One of ours without a filesystem in its tags was taken of a blank volume. */
  deviceFromSnapshot({ id, snapshotId }: Pick<LiveVolume, 'id' | 'snapshotId'>): HostDevice | undefined {
    const snapshot = this.snapshots.find((known) => known.id === snapshotId)
    if (!snapshot) return undefined
    const { tags, sizeGiB } = snapshot
    const { [tagKeys.fstype]: fstype, [tagKeys.uuid]: uuid, [tagKeys.stack]: stack } = tags
    if (fstype === 'raw' || (stack !== undefined && fstype === undefined && uuid === undefined)) return undefined
    return deviceOf(id, {
      fstype: fstype ?? 'ext4',
      label: tags[tagKeys.label],
      uuid: uuid ?? `uuid-${snapshot.id}`,
      filesystemBytes: sizeGiB * 2 ** 30,
    })
  }

  /** The world as the next observation sees it. */
  observe(ledger: readonly Address[] | undefined): LiveStack {
    const { before } = this
    const addresses = ledger ?? [
      ...new Set([
        ...(before.ledger?.addresses ?? []),
        ...this.#plan.ledger.after.filter((address) => this.ids.has(address)),
      ]),
    ]
    return {
      ...before,
      keyPairs: this.keyPairs,
      securityGroups: this.groups,
      servers: this.servers,
      ...((before.builtImages || this.images.length > 0) && {
        builtImages: observedImages({ images: this.images, servers: this.servers, region: before.region }),
      }),
      ...(before.spotRequests && { spotRequests: this.spotRequests }),
      ...((before.elasticIps || this.elasticIps.length > 0) && { elasticIps: this.elasticIps }),
      ...((before.networks || this.networks.length > 0) && { networks: this.networks }),
      ...((before.placementGroups || this.placementGroups.length > 0) && { placementGroups: this.placementGroups }),
      ...((before.interfaces || this.interfaces.length > 0) && { interfaces: this.interfaces }),
      ...((before.scalingGroups || this.scalingGroups.length > 0) && { scalingGroups: this.scalingGroups }),
      ...((before.loadBalancers || this.loadBalancers.length > 0) && { loadBalancers: this.loadBalancers }),
      volumes: this.volumes,
      snapshots: this.snapshots,
      ...(this.elsewhere.length > 0 && { snapshotsElsewhere: this.elsewhere }),
      ledger:
        addresses.length === 0
          ? undefined
          : { id: before.ledger?.id ?? 'lt-ledger', addresses, ...this.#wishes(ledger) },
      publicKeys: {
        ...Object.fromEntries(this.keyPairs.map(({ address, publicKey }) => [address, publicKey ?? ''])),
        ...before.publicKeys,
      },
      hosts: Object.fromEntries(this.servers.map((server) => [this.#hostKey(server), this.#facts(server)])),
      syncs: Object.fromEntries(
        Object.entries(before.syncs).map(([address, facts]): [string, SyncFacts] => [
          address,
          this.copied.has(address as Address) && facts.kind === 'read'
            ? { ...facts, filesCreated: 0, filesChanged: 0, filesDeleted: 0, bytes: 0, sample: [], compared: 'both' }
            : facts,
        ]),
      ),
      unreadable: [],
    }
  }

  /** Written before the first step, and gone when everything is done. */
  #wishes(ledger: readonly Address[] | undefined): Pick<LiveLedger, 'wishes'> {
    const wishes = ledger ? [] : (this.#plan.ledger.wishes?.open ?? [])
    return wishes.length > 0 ? { wishes } : {}
  }

  /** Of several instances of one address, each is known by its id. */
  #hostKey({ id, address }: LiveServer): string {
    return this.servers.filter((other) => other.address === address).length > 1 ? id : address
  }

  #facts(server: LiveServer): HostFacts {
    if (this.before.hostsImpossible !== undefined) return { kind: 'not-probed', because: 'not-asked' }
    if (server.state !== 'running') return { kind: 'not-probed', because: 'stopped' }
    const disk = this.disk(server.id)
    const devices = this.volumes
      .filter(({ attachment }) => attachment?.instanceId === server.id)
      .map((volume) => ({ ...this.#device(volume), sizeBytes: volume.sizeGiB * 2 ** 30 }))
    return { kind: 'read', devices, mounts: disk.mounts, fstab: disk.fstab, user: 'admin' }
  }

  #device({ id }: LiveVolume): HostDevice {
    return this.contents.get(id) ?? deviceOf(id, undefined)
  }
}

function deviceOf(volumeId: string, content: HostDevice['content']): HostDevice {
  return { volumeId, path: '/dev/nvme1n1', sizeBytes: 0, content, partitionPath: undefined }
}

/** What a volume that no probe sees holds: what its tags record. */
function rememberedDevice({ id, tags, sizeGiB }: LiveVolume): HostDevice | undefined {
  const fstype = tags[tagKeys.fstype]
  if (fstype === undefined || fstype === 'raw') return undefined
  return deviceOf(id, { fstype, label: undefined, uuid: `uuid-${id}`, filesystemBytes: sizeGiB * 2 ** 30 })
}

function found<T extends { readonly id: string }>(items: readonly T[], id: string): T {
  const item = items.find((known) => known.id === id)
  if (!item) throw new Refused(`${id} is gone`)
  return item
}

export function withTags(before: Tags, write: Tags, remove: readonly string[]): Tags {
  return Object.fromEntries(Object.entries({ ...before, ...write }).filter(([key]) => !remove.includes(key)))
}
