import { fstabOptions } from '../../src/model/inside/fstab-line.js'
import type { FstabLine, HostDevice, HostFacts, HostMount } from '../../src/model/inside/host-facts.js'
import type { LiveKeyPair } from '../../src/model/kinds/key-pair.js'
import type { LiveRule, LiveSecurityGroup } from '../../src/model/kinds/security-group.js'
import type { LiveServer } from '../../src/model/kinds/server.js'
import type { SyncFacts } from '../../src/model/kinds/sync-rule.js'
import type { LiveVolume } from '../../src/model/kinds/volume.js'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import type { PlannedRule, Step, StepOf } from '../../src/model/steps/step.js'
import { tagKeys, type Tags } from '../../src/model/tags.js'
import { parseAddress, type Address } from '../../src/model/address.js'
import { swapPath, type MountSpec } from '../../src/model/kinds/volume.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Read = Extract<HostFacts, { kind: 'read' }>
interface Disk {
  devices: HostDevice[]
  mounts: HostMount[]
  fstab: FstabLine[]
}

/** What a step that its port would refuse does here: it throws, and with it everything that needs it is left out. */
class Refused extends Error {}

/** Marks a step that failed, or was blocked by one that did. */
export interface Applied {
  readonly live: LiveStack
  readonly failed: readonly string[]
}

/**
 * A pure model of what an apply does: every step's effect on the LiveStack, in plan order. `stepsMax` cuts it off there,
 * as a crash would. Ids of new resources are made from the step's id and `generation`.
 */
export function applyPlan(plan: Plan, before: LiveStack, stepsMax = Infinity, generation = 1): Applied {
  const world = new World(before, plan, generation)
  const failed: string[] = []
  for (const step of plan.steps.slice(0, stepsMax)) {
    if (step.needs.some((need) => failed.includes(need))) {
      failed.push(step.id)
      continue
    }
    try {
      world.carryOut(step)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      failed.push(step.id)
    }
  }
  const isWhole = stepsMax >= plan.steps.length && failed.length === 0
  return { live: world.observe(isWhole ? plan.ledger.after : undefined), failed }
}

class World {
  readonly #before: LiveStack
  readonly #plan: Plan
  readonly #generation: number
  readonly #ids = new Map<string, string>()
  #keyPairs: Mutable<LiveKeyPair>[]
  #groups: Mutable<LiveSecurityGroup>[]
  #servers: Mutable<LiveServer>[]
  #volumes: Mutable<LiveVolume>[]
  #snapshots: Mutable<LiveSnapshot>[]
  readonly #contents = new Map<string, HostDevice>()
  readonly #disks = new Map<string, Disk>()
  /** Owner and mode of a filesystem's top directory stay with it. */
  readonly #tops = new Map<string, Pick<HostMount, 'owner' | 'mode'>>()
  readonly #copied = new Set<Address>()

  constructor(before: LiveStack, plan: Plan, generation: number) {
    this.#before = before
    this.#plan = plan
    this.#generation = generation
    this.#keyPairs = structuredClone([...before.keyPairs])
    this.#groups = structuredClone([...before.securityGroups])
    this.#servers = structuredClone([...before.servers])
    this.#volumes = structuredClone([...before.volumes])
    this.#snapshots = structuredClone([...before.snapshots])
    for (const [address, { id }] of Object.entries(plan.bindings)) this.#ids.set(address, id)
    for (const volume of this.#volumes) {
      const device = rememberedDevice(volume) ?? this.#copiedDevice(volume)
      if (device) this.#contents.set(volume.id, device)
    }
    for (const server of this.#servers) {
      const facts = before.hosts[server.address]
      const read = facts?.kind === 'read' ? facts : undefined
      for (const device of read?.devices ?? []) this.#contents.set(device.volumeId, device)
      for (const { volumeId, owner, mode } of read?.mounts ?? []) this.#tops.set(volumeId, { owner, mode })
      this.#disks.set(server.id, {
        devices: [],
        mounts: [...(read?.mounts ?? [])],
        fstab: [...(read?.fstab ?? [])],
      })
    }
  }

  carryOut(step: Step): void {
    switch (step.kind) {
      case 'import-key-pair':
        return this.#importKeyPair(step)
      case 'delete-key-pair':
        this.#keyPairs = this.#keyPairs.filter(({ id }) => id !== step.keyPairId)
        return
      case 'create-security-group':
        return this.#createGroup(step)
      case 'authorize-ingress': {
        const group = this.#group(step.address)
        group.ingress = [...group.ingress, ...step.rules.map((rule) => this.#liveRule(rule))]
        return
      }
      case 'revoke-ingress': {
        const group = this.#group(step.address)
        const gone = new Set(step.rules.map((rule) => ruleKey(this.#liveRule(rule))))
        group.ingress = group.ingress.filter((rule) => !gone.has(ruleKey(rule)))
        return
      }
      case 'delete-security-group':
        if (this.#servers.some(({ securityGroupIds }) => securityGroupIds.includes(step.groupId))) {
          throw new Refused(`${step.groupId} is worn`)
        }
        if (
          this.#groups.some(
            ({ id, ingress }) =>
              id !== step.groupId &&
              ingress.some(({ source }) => source.kind === 'security-group' && source.groupId === step.groupId),
          )
        ) {
          throw new Refused(`${step.groupId} is named by a rule`)
        }
        this.#groups = this.#groups.filter(({ id }) => id !== step.groupId)
        return
      case 'create-server':
        return this.#createServer(step)
      case 'start-server': {
        const server = this.#server(step.address)
        server.state = 'running'
        this.#mountFromFstab(server.id)
        return
      }
      case 'stop-server':
        return this.#stop(this.#server(step.address))
      case 'modify-server':
        return this.#modifyServer(step)
      case 'terminate-server':
        return this.#terminate(step.instanceId)
      case 'connect-host': {
        const server = this.#server(step.address)
        if (server.state !== 'running') throw new Refused(`${step.address} does not run`)
        server.tags = { [tagKeys.hostKey]: 'ssh-ed25519 AAAAhost', ...server.tags }
        return
      }
      case 'run-setup':
      case 'run-on-change':
      case 'check-health':
      case 'record-copy':
        this.#mustRun('server' in step ? step.server : step.address)
        return
      case 'create-volume':
        return this.#createVolume(step)
      case 'adopt-volume': {
        const volume = this.#volumeById(step.volumeId)
        volume.address = step.address
        volume.tags = withTags(volume.tags, step.tags, step.removeTags)
        this.#ids.set(step.address, volume.id)
        return
      }
      case 'attach-volume': {
        const volume = this.#volumeById(step.volumeId ?? this.#idOf(step.address))
        const server = this.#server(step.server)
        if (volume.attachment) throw new Refused(`${volume.id} is attached`)
        if (volume.zone !== server.zone) throw new Refused(`${volume.id} is in another zone`)
        volume.attachment = { instanceId: server.id, state: 'attached', deviceName: '/dev/sdf' }
        volume.state = 'in-use'
        return
      }
      case 'detach-volume': {
        const volume = this.#volumeById(step.volumeId)
        if (this.#disks.get(step.instanceId)?.mounts.some(({ volumeId }) => volumeId === volume.id)) {
          throw new Refused(`${volume.id} is mounted`)
        }
        volume.attachment = undefined
        volume.state = 'available'
        return
      }
      case 'modify-volume': {
        const volume = this.#volumeById(step.volumeId)
        if (step.sizeGiB < volume.sizeGiB) throw new Refused('a volume never shrinks')
        Object.assign(volume, { sizeGiB: step.sizeGiB, type: step.type })
        volume.iops = step.iops ?? volume.iops
        volume.throughputMiBps = step.throughputMiBps ?? volume.throughputMiBps
        return
      }
      case 'create-snapshot':
        this.#ids.set(
          step.id,
          this.#createSnapshot(step.address, step.id, {
            volumeId: step.volumeId ?? this.#idOf(step.bound ?? step.address),
            tags: step.tags,
          }),
        )
        return
      case 'create-snapshots':
        for (const request of step.snapshots) {
          const { address } = this.#volumeById(request.volumeId)
          this.#createSnapshot(address, `${step.id}-${request.volumeId}`, request)
        }
        return
      case 'delete-snapshot': {
        const snapshotId = step.snapshotId ?? this.#ids.get(step.snapshotStep ?? '')
        this.#snapshots = this.#snapshots.filter(({ id }) => id !== snapshotId)
        return
      }
      case 'supersede-volume': {
        const volume = this.#volumeById(step.volumeId)
        const by = step.snapshotId ?? this.#ids.get(step.snapshotStep ?? '') ?? ''
        volume.tags = { ...volume.tags, ...step.tags, [tagKeys.superseded]: by }
        return
      }
      case 'verify-volume': {
        const { device, disk, volume } = this.#deviceOn(step.address, step.server)
        if (step.uuid !== undefined && device.content?.uuid !== step.uuid) throw new Refused(`${volume.id} is no copy`)
        const isMounted = disk.mounts.some(({ volumeId, path }) => volumeId === volume.id && path === step.mountPath)
        if (step.mountPath !== undefined && !isMounted) throw new Refused(`${volume.id} is not mounted`)
        return
      }
      case 'delete-volume':
        if (this.#volumeById(step.volumeId).attachment) throw new Refused(`${step.volumeId} is attached`)
        this.#volumes = this.#volumes.filter(({ id }) => id !== step.volumeId)
        return
      case 'make-filesystem':
        return this.#makeFilesystem(step)
      case 'grow-filesystem': {
        const { device, volume } = this.#deviceOn(step.address, step.server)
        if (!device.content) throw new Refused(`${volume.id} is blank`)
        const filesystemBytes = volume.sizeGiB * 2 ** 30
        this.#contents.set(volume.id, { ...device, content: { ...device.content, filesystemBytes } })
        return
      }
      case 'mount-volume':
        return this.#mount(step)
      case 'write-fstab': {
        const { device, disk } = this.#deviceOn(step.address, step.server)
        const uuid = device.content?.uuid ?? ''
        disk.fstab = [
          ...disk.fstab.filter(
            ({ source, path }) => source !== `UUID=${uuid}` && (path !== step.mount.path || path === swapPath),
          ),
          { source: `UUID=${uuid}`, path: step.mount.path, fstype: step.fstype, options: fstabOptions(step.mount) },
        ]
        return
      }
      case 'unmount-volume': {
        const server = this.#mustRun(step.server)
        const disk = this.#diskOf(server.id)
        const unmounted = step.volumeId ?? this.#idOf(step.address)
        const uuid = this.#contents.get(unmounted)?.content?.uuid
        disk.fstab = disk.fstab.filter(({ source }) => source !== `UUID=${uuid}`)
        disk.mounts = disk.mounts.filter(({ volumeId }) => volumeId !== unmounted)
        return
      }
      case 'copy-files':
        if (step.server !== undefined) this.#mustRun(step.server)
        this.#copied.add(step.address)
        return
      case 'copy-blocks': {
        const source = this.#deviceOn(step.source.volume, step.source.server)
        const target = this.#deviceOn(step.destination.volume, step.destination.server)
        for (const { disk, volume } of [source, target]) {
          if (disk.mounts.some(({ volumeId }) => volumeId === volume.id)) throw new Refused(`${volume.id} is mounted`)
        }
        if (target.device.content && !step.mayOverwrite) throw new Refused(`${target.volume.id} is not blank`)
        this.#contents.set(target.volume.id, { ...target.device, content: source.device.content })
        target.volume.tags = { ...target.volume.tags, [step.tag]: `5f2b8c1d9e3a ${step.rule}` }
        return
      }
      case 'tag-resource':
        return this.#tag(step)
      case 'remove-temporary':
        for (const id of step.instanceIds) this.#terminate(id)
        this.#volumes = this.#volumes.filter(({ id }) => !step.volumeIds.includes(id))
        return
    }
  }

  /** The world as the next observation sees it. */
  observe(ledger: readonly Address[] | undefined): LiveStack {
    const before = this.#before
    const impossible = before.hostsImpossible !== undefined
    const addresses = ledger ?? [
      ...new Set([
        ...(before.ledger?.addresses ?? []),
        ...this.#plan.ledger.after.filter((address) => this.#ids.has(address)),
      ]),
    ]
    return {
      ...before,
      keyPairs: this.#keyPairs,
      securityGroups: this.#groups,
      servers: this.#servers,
      volumes: this.#volumes,
      snapshots: this.#snapshots,
      ledger: addresses.length === 0 ? undefined : { id: before.ledger?.id ?? 'lt-ledger', addresses },
      publicKeys: {
        ...Object.fromEntries(this.#keyPairs.map(({ address, publicKey }) => [address, publicKey ?? ''])),
        ...before.publicKeys,
      },
      hosts: Object.fromEntries(
        this.#servers.map((server): [string, HostFacts] => [
          server.address,
          impossible
            ? { kind: 'not-probed', because: 'not-asked' }
            : server.state === 'running'
              ? this.#facts(server)
              : { kind: 'not-probed', because: 'stopped' },
        ]),
      ),
      syncs: Object.fromEntries(
        Object.entries(before.syncs).map(([address, facts]): [string, SyncFacts] => [
          address,
          this.#copied.has(address as Address) && facts.kind === 'read'
            ? { ...facts, filesCreated: 0, filesChanged: 0, filesDeleted: 0, bytes: 0, sample: [], compared: 'both' }
            : facts,
        ]),
      ),
      unreadable: [],
    }
  }

  #facts(server: LiveServer): Read {
    const disk = this.#diskOf(server.id)
    const devices = this.#volumes
      .filter(({ attachment }) => attachment?.instanceId === server.id)
      .map((volume) => ({ ...this.#device(volume), sizeBytes: volume.sizeGiB * 2 ** 30 }))
    return { kind: 'read', devices, mounts: disk.mounts, fstab: disk.fstab, user: 'admin' }
  }

  #importKeyPair(step: StepOf<'import-key-pair'>): void {
    if (this.#keyPairs.some(({ keyName }) => keyName === step.keyName)) throw new Refused('InvalidKeyPair.Duplicate')
    const id = this.#newId('key', step.id)
    const publicKey = step.publicKey ?? 'ssh-ed25519 AAAAgenerated'
    this.#keyPairs.push({ address: step.address, id, keyName: step.keyName, publicKey, tags: step.tags })
    this.#ids.set(step.address, id)
  }

  #createGroup(step: StepOf<'create-security-group'>): void {
    const id = this.#newId('sg', step.id)
    const { address, groupName, description, vpcId = 'vpc-default', tags } = step
    this.#groups.push({ address, id, groupName, description, vpcId, ingress: [], tags })
    this.#ids.set(address, id)
  }

  #createServer(step: StepOf<'create-server'>): void {
    if (this.#servers.some(({ address }) => address === step.address)) throw new Refused(`${step.address} exists`)
    const id = this.#newId('i', step.id)
    const subnet = Object.values(this.#before.subnets).find((known) => known.id === step.subnetId)
    this.#servers.push({
      address: step.address,
      id,
      tags: step.tags,
      state: 'running',
      type: step.type,
      imageId: step.imageId,
      architecture: 'x86_64',
      zone: subnet?.zone ?? step.zone ?? '',
      subnetId: step.subnetId ?? 'subnet-default',
      vpcId: subnet?.vpcId ?? 'vpc-default',
      keyName: step.keyName,
      securityGroupIds: step.securityGroups.map((address) => this.#idOf(address)).sort(),
      privateIp: '172.31.0.10',
      publicIp: '198.51.100.10',
      rootVolume: { id: `${id}-root`, sizeGiB: step.rootVolume.sizeGiB ?? 8, type: step.rootVolume.type ?? 'gp3' },
    })
    this.#ids.set(step.address, id)
    this.#disks.set(id, { devices: [], mounts: [], fstab: [] })
  }

  #modifyServer(step: StepOf<'modify-server'>): void {
    const server = this.#server(step.address)
    if (step.type !== undefined) {
      if (server.state !== 'stopped') throw new Refused('IncorrectInstanceState')
      server.type = step.type
    }
    if (step.securityGroups) server.securityGroupIds = step.securityGroups.map((address) => this.#idOf(address)).sort()
    if (step.protect === false) server.tags = withTags(server.tags, {}, [tagKeys.protect])
  }

  #stop(server: Mutable<LiveServer>): void {
    server.state = 'stopped'
    this.#diskOf(server.id).mounts = []
  }

  #terminate(instanceId: string): void {
    const server = this.#servers.find(({ id }) => id === instanceId)
    if (server?.tags[tagKeys.protect] === 'true') throw new Refused('OperationNotPermitted')
    if (this.#volumes.some(({ attachment }) => attachment?.instanceId === instanceId)) {
      throw new Refused('volumes are still attached')
    }
    this.#servers = this.#servers.filter(({ id }) => id !== instanceId)
  }

  #createSnapshot(
    address: Address,
    name: string,
    { volumeId, tags }: { readonly volumeId: string; readonly tags: Tags },
  ): string {
    const id = this.#newId('snap', name)
    const { uuid } = this.#contents.get(volumeId)?.content ?? {}
    this.#snapshots.push({
      address,
      id,
      tags: uuid === undefined ? tags : { [tagKeys.uuid]: uuid, ...tags },
      volumeId,
      state: 'completed',
      startedAt: `2026-11-21T0${this.#generation % 10}:00:00.000Z`,
      sizeGiB: this.#volumeById(volumeId).sizeGiB,
    })
    return id
  }

  #createVolume(step: StepOf<'create-volume'>): void {
    if (this.#volumes.some(({ address, tags }) => address === step.address && tags[tagKeys.retained] === undefined)) {
      throw new Refused(`${step.address} exists`)
    }
    const id = this.#newId('vol', step.id)
    const snapshotId = step.snapshotId ?? this.#ids.get(step.snapshotStep ?? '')
    const snapshot = this.#snapshots.find((known) => known.id === snapshotId)
    this.#volumes.push({
      address: step.address,
      id,
      tags: step.snapshotStep === undefined ? step.tags : { ...step.tags, [tagKeys.origin]: snapshotId ?? '' },
      state: 'available',
      sizeGiB: step.sizeGiB ?? snapshot?.sizeGiB ?? 1,
      type: step.type,
      iops: step.iops,
      throughputMiBps: step.throughputMiBps,
      encrypted: step.encrypted ?? false,
      kmsKey: step.kmsKey,
      zone: step.zone,
      snapshotId,
      attachment: undefined,
    })
    this.#ids.set(step.address, id)
    const copy = this.#copiedDevice({ id, snapshotId })
    if (copy) this.#contents.set(id, copy)
  }

  /** What a volume holds that was made from a snapshot. */
  #copiedDevice({ id, snapshotId }: Pick<LiveVolume, 'id' | 'snapshotId'>): HostDevice | undefined {
    const snapshot = this.#snapshots.find((known) => known.id === snapshotId)
    if (!snapshot) return undefined
    const fstype = snapshot.tags[tagKeys.fstype] ?? 'ext4'
    const uuid = snapshot.tags[tagKeys.uuid] ?? `uuid-${snapshot.id}`
    const content = { fstype, label: undefined, uuid, filesystemBytes: snapshot.sizeGiB * 2 ** 30 }
    return { volumeId: id, path: '/dev/nvme1n1', sizeBytes: 0, content, partitionPath: undefined }
  }

  #makeFilesystem(step: StepOf<'make-filesystem'>): void {
    const { device, volume } = this.#deviceOn(step.address, step.server)
    if (device.content) {
      if (device.content.fstype === step.fstype) return
      throw new Refused(`${volume.id} holds ${device.content.fstype}`)
    }
    this.#contents.set(volume.id, {
      ...device,
      content: {
        fstype: step.fstype,
        label: step.label,
        uuid: step.uuid ?? `uuid-${volume.id}`,
        filesystemBytes: volume.sizeGiB * 2 ** 30,
      },
    })
  }

  #mount(step: StepOf<'mount-volume'>): void {
    const { device, disk, volume } = this.#deviceOn(step.address, step.server)
    if (device.content?.fstype !== step.fstype)
      throw new Refused(`${volume.id} holds ${device.content?.fstype ?? 'nothing'}`)
    const mount = mountOf(volume.id, step.fstype, step.mount, this.#tops.get(volume.id))
    this.#tops.set(volume.id, mount)
    disk.mounts = [
      ...disk.mounts.filter(({ volumeId, path }) => volumeId !== volume.id || path !== step.mount.path),
      mount,
    ]
  }

  #mountFromFstab(instanceId: string): void {
    const disk = this.#diskOf(instanceId)
    for (const { attachment, id } of this.#volumes) {
      const uuid = this.#contents.get(id)?.content?.uuid
      const line = attachment?.instanceId === instanceId && disk.fstab.find(({ source }) => source === `UUID=${uuid}`)
      if (line)
        disk.mounts.push(
          mountOf(
            id,
            line.fstype,
            { path: line.path, options: line.options, owner: undefined, mode: undefined },
            this.#tops.get(id),
          ),
        )
    }
  }

  #tag(step: StepOf<'tag-resource'>): void {
    const lists: Record<string, { address: Address; id: string; tags: Tags }[]> = {
      keyPair: this.#keyPairs,
      securityGroup: this.#groups,
      server: this.#servers,
      volume: this.#volumes,
    }
    const id = step.resourceId ?? this.#idOf(step.target)
    const resource = lists[parseAddress(step.target)?.kind ?? '']?.find((known) => known.id === id)
    if (!resource) throw new Refused(`${step.target} is gone`)
    resource.tags = withTags(resource.tags, step.tags, step.removeTags)
  }

  #deviceOn(address: Address, serverAddress: Address) {
    const server = this.#mustRun(serverAddress)
    const volume = this.#volumeById(this.#idOf(address))
    if (volume.attachment?.instanceId !== server.id) throw new Refused(`${volume.id} is not attached to ${server.id}`)
    return { volume, device: this.#device(volume), disk: this.#diskOf(server.id) }
  }

  #device({ id, sizeGiB }: LiveVolume): HostDevice {
    const known = this.#contents.get(id)
    return (
      known ?? {
        volumeId: id,
        path: '/dev/nvme1n1',
        sizeBytes: sizeGiB * 2 ** 30,
        content: undefined,
        partitionPath: undefined,
      }
    )
  }

  #mustRun(address: Address): LiveServer {
    const server = this.#server(address)
    if (server.state !== 'running') throw new Refused(`${address} does not run`)
    if (server.tags[tagKeys.hostKey] === undefined) throw new Refused(`${address} was not connected to`)
    return server
  }

  #diskOf(instanceId: string): Disk {
    const known = this.#disks.get(instanceId)
    if (!known) throw new Error(`no disk of ${instanceId}`)
    return known
  }

  #group(address: Address) {
    return found(this.#groups, this.#idOf(address))
  }

  #server(address: Address) {
    return found(this.#servers, this.#idOf(address))
  }

  #volumeById(id: string) {
    return found(this.#volumes, id)
  }

  #idOf(address: Address): string {
    const id = this.#ids.get(address)
    if (id === undefined) throw new Error(`nothing is bound to ${address}`)
    return id
  }

  #newId(prefix: string, stepId: string): string {
    return `${prefix}-${stepId.slice(stepId.indexOf(':') + 1)}-${this.#generation}`
  }

  #liveRule({ source, ...rule }: PlannedRule): LiveRule {
    return source.kind === 'security-group'
      ? { ...rule, source: { kind: 'security-group', groupId: this.#idOf(source.address) } }
      : source.kind === 'security-group-id'
        ? { ...rule, source: { kind: 'security-group', groupId: source.groupId } }
        : { ...rule, source }
  }
}

/** What a volume that no probe sees holds: what its tags record. */
function rememberedDevice({ id, tags, sizeGiB }: LiveVolume): HostDevice | undefined {
  const fstype = tags[tagKeys.fstype]
  if (fstype === undefined || fstype === 'raw') return undefined
  const content = { fstype, label: undefined, uuid: `uuid-${id}`, filesystemBytes: sizeGiB * 2 ** 30 }
  return { volumeId: id, path: '/dev/nvme1n1', sizeBytes: sizeGiB * 2 ** 30, content, partitionPath: undefined }
}

function found<T extends { readonly id: string }>(items: readonly T[], id: string): T {
  const item = items.find((known) => known.id === id)
  if (!item) throw new Refused(`${id} is gone`)
  return item
}

function ruleKey({ protocol, fromPort, toPort, source }: LiveRule): string {
  return JSON.stringify([protocol, fromPort, toPort, source])
}

function withTags(before: Tags, write: Tags, remove: readonly string[]): Tags {
  return Object.fromEntries(Object.entries({ ...before, ...write }).filter(([key]) => !remove.includes(key)))
}

function mountOf(
  volumeId: string,
  fstype: string,
  mount: MountSpec,
  known: Pick<HostMount, 'owner' | 'mode'> | undefined,
): HostMount {
  return {
    volumeId,
    path: mount.path,
    fstype,
    options: ['rw', 'relatime', ...(mount.options ?? '').split(',')].filter((option) => option !== '').join(','),
    owner: mount.owner ?? known?.owner ?? 'admin:admin',
    mode: mount.mode ?? known?.mode ?? '755',
  }
}
