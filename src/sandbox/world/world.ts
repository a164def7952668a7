import type { Clock } from '../../core/clock.js'
import type { FaultPlan } from '../faults/fault-plan.js'
import type { HostBackend } from '../hosts/host-backend.js'
import { catalogueOf, type Image } from '../model/image.js'
import type { NatGateway, NetworkAcl, VpcEndpoint } from '../model/networks/network-parts.js'
import type { NetworkInterface } from '../model/networks/network-interface.js'
import type { InternetGateway, RouteTable, Subnet, Vpc } from '../model/networks/network.js'
import { upgradeAddress, type Address } from '../model/address.js'
import type { ConsoleOutput } from '../model/console.js'
import type { Instance, ProfileAssociation } from '../model/instance.js'
import type { KeyPair } from '../model/key-pair.js'
import type { Latencies } from '../model/latencies.js'
import type { InstanceRefresh, ScalingActivity, ScalingGroup, ScalingMember } from '../model/auto-scaling/records.js'
import type { Listener, LoadBalancer, Target, TargetGroup } from '../model/load-balancing/records.js'
import type { LaunchTemplate, LaunchTemplateVersion } from '../model/launch-template.js'
import type { Parameter } from '../model/parameter.js'
import type { PlacementGroup } from '../model/placement-group.js'
import type { Region } from '../model/regions.js'
import type { ReservedInstance } from '../model/purchases/reserved-instance.js'
import type { ScheduledEvent } from '../model/scheduled-event.js'
import type { SecurityGroup, SecurityGroupRule } from '../model/security-group.js'
import type { Snapshot } from '../model/snapshot.js'
import type { SpotRequest } from '../model/spot-request.js'
import type { Volume } from '../model/volume.js'
import type { SandboxSwitches } from '../switches.js'
import type { Background } from './background.js'
import { Collection, type Changes } from './collection.js'
import { type Births, History } from './history.js'
import { Journal, type Entry } from './journal.js'
import { TagTable } from './tag-table.js'

/** What a client token stands for. */
export interface TokenRecord {
  readonly id: string
  readonly sequence: number
  readonly digest: string
  readonly usedAtMs: number
  readonly resourceIds: readonly string[]
}

/** "At least 24 h after termination" for RunInstances; 12 h were measured for CreateVolume. */
const tokenLifetimeMs = 48 * 3_600_000

/** What the regions of a sandbox share: time, hosts, faults, and the work in the background. */
export interface SharedByRegions {
  readonly accountId: string
  readonly clock: Clock
  /** What the sandbox was started with. */
  readonly switches: SandboxSwitches
  readonly latencies: Latencies
  readonly hosts: HostBackend
  readonly faults: FaultPlan
  readonly background: Background
  worlds(): readonly World[]
  /** The world of a region, read from disk when it is first asked for. */
  world(region: Region): World
  readonly network: {
    /** Resolves when public addresses and rules that were computed after this call are in force on the hosts. */
    refresh(): Promise<void>
    /** The same of the targets of load balancers alone. */
    balance(): Promise<void>
  }
}

/** Everything that exists in one region. */
export class World {
  readonly cloud: SharedByRegions
  readonly region: Region
  /** Everybody's public images. */
  readonly catalogue: readonly Image[]
  /** Those that the account made, deregistered ones included, as long as anything was launched of them. */
  readonly ownImages: Collection<Image>
  readonly vpcs: Collection<Vpc>
  readonly subnets: Collection<Subnet>
  readonly internetGateways: Collection<InternetGateway>
  readonly routeTables: Collection<RouteTable>
  readonly networkAcls: Collection<NetworkAcl>
  readonly natGateways: Collection<NatGateway>
  readonly vpcEndpoints: Collection<VpcEndpoint>
  readonly instances: Collection<Instance>
  /** Those that do not come and go with an instance. */
  readonly networkInterfaces: Collection<NetworkInterface>
  readonly profileAssociations: Collection<ProfileAssociation>
  readonly placementGroups: Collection<PlacementGroup>
  readonly spotRequests: Collection<SpotRequest>
  readonly scheduledEvents: Collection<ScheduledEvent>
  readonly reservedInstances: Collection<ReservedInstance>
  readonly volumes: Collection<Volume>
  readonly snapshots: Collection<Snapshot>
  readonly keyPairs: Collection<KeyPair>
  readonly securityGroups: Collection<SecurityGroup>
  readonly rules: Collection<SecurityGroupRule>
  readonly launchTemplates: Collection<LaunchTemplate>
  readonly launchTemplateVersions: Collection<LaunchTemplateVersion>
  readonly addresses: Collection<Address>
  readonly loadBalancers: Collection<LoadBalancer>
  readonly targetGroups: Collection<TargetGroup>
  readonly listeners: Collection<Listener>
  readonly targets: Collection<Target>
  readonly scalingGroups: Collection<ScalingGroup>
  readonly scalingMembers: Collection<ScalingMember>
  readonly scalingActivities: Collection<ScalingActivity>
  readonly instanceRefreshes: Collection<InstanceRefresh>
  readonly tokens: Collection<TokenRecord>
  /** What the account has switched on in the region. */
  readonly settings: Collection<{ readonly id: string; readonly sequence: number; readonly isOn: boolean }>
  /** Parameters of Systems Manager that somebody put there. */
  readonly parameters: Collection<Parameter>
  readonly tags: TagTable
  /** What records were before they changed, as far back as stale reads look. */
  readonly history: History
  /** What GetConsoleOutput posted last, by instance. */
  readonly postedConsoles = new Map<string, ConsoleOutput>()
  /** What EC2 Instance Connect shows for now, by instance: the user, and the text in the metadata. */
  readonly pushedKeys = new Map<string, readonly { readonly user: string; readonly text: string }[]>()
  readonly births: Births = new Map()
  /** Told of every record that changes, when it has. */
  readonly watchers = new Set<(kind: string, id: string) => void>()
  readonly #journal: Journal
  #sequence = 0

  constructor(
    cloud: SharedByRegions,
    region: Region,
    journalPath: string,
    report: (what: string, error?: unknown) => void,
  ) {
    this.cloud = cloud
    this.region = region
    this.catalogue = catalogueOf(region.name)
    const journal = new Journal(journalPath, report)
    this.#journal = journal
    const history = new History(
      () => this.now(),
      () => cloud.faults.staleMs,
    )
    this.history = history
    const { watchers } = this
    const changes: Changes = {
      note(kind, id, before, after) {
        history.note(kind, id, before)
        journal.note([kind, id, after ?? null])
        for (const watcher of watchers) watcher(kind, id)
      },
    }
    this.vpcs = new Collection('vpc', changes)
    this.subnets = new Collection('subnet', changes, (subnet) => subnet.vpcId)
    this.internetGateways = new Collection('internetGateway', changes, (gateway) => gateway.vpcId)
    this.routeTables = new Collection('routeTable', changes, (table) => table.vpcId)
    this.networkAcls = new Collection('networkAcl', changes, (acl) => acl.vpcId)
    this.natGateways = new Collection('natGateway', changes, (nat) => nat.subnetId)
    this.vpcEndpoints = new Collection('vpcEndpoint', changes, (endpoint) => endpoint.vpcId)
    this.instances = new Collection('instance', changes, (instance) => instance.subnetId)
    this.profileAssociations = new Collection('profileAssociation', changes, (one) => one.instanceId)
    this.placementGroups = new Collection('placementGroup', changes, (group) => group.name)
    this.spotRequests = new Collection('spotRequest', changes, (request) => request.instanceId)
    this.scheduledEvents = new Collection('scheduledEvent', changes, (event) => event.instanceId)
    this.reservedInstances = new Collection('reservedInstance', changes)
    this.volumes = new Collection('volume', changes, (volume) => volume.attachment?.instanceId)
    this.snapshots = new Collection('snapshot', changes, (snapshot) => snapshot.volumeId)
    this.ownImages = new Collection('image', changes)
    this.keyPairs = new Collection('keyPair', changes, (keyPair) => keyPair.name)
    this.securityGroups = new Collection('securityGroup', changes, (group) => group.name.toLowerCase())
    this.rules = new Collection('rule', changes, (rule) => rule.groupId)
    this.launchTemplates = new Collection('launchTemplate', changes, (template) => template.name)
    this.launchTemplateVersions = new Collection('launchTemplateVersion', changes, (version) => version.templateId)
    this.networkInterfaces = new Collection('networkInterface', changes, ({ attachment }) => attachment?.instanceId)
    this.addresses = new Collection('address', changes, (address) => address.instanceId ?? address.networkInterfaceId)
    this.loadBalancers = new Collection('loadBalancer', changes)
    this.targetGroups = new Collection('targetGroup', changes)
    this.listeners = new Collection('listener', changes, (listener) => listener.balancerId)
    this.targets = new Collection('target', changes, (target) => target.groupId)
    this.scalingGroups = new Collection('scalingGroup', changes, (group) => group.name)
    this.scalingMembers = new Collection('scalingMember', changes, (member) => member.groupId)
    this.scalingActivities = new Collection('scalingActivity', changes, (activity) => activity.groupId)
    this.instanceRefreshes = new Collection('instanceRefresh', changes, (refresh) => refresh.groupId)
    this.tokens = new Collection('token', changes)
    this.settings = new Collection('setting', changes)
    this.parameters = new Collection('parameter', changes)
    this.tags = new TagTable(changes)
    this.#load()
  }

  /** All images, in the order of their creation. */
  get images(): readonly Image[] {
    if (this.ownImages.size === 0) return this.catalogue
    return [...this.catalogue, ...this.ownImages.values().filter(({ state }) => state !== 'deregistered')]
  }

  get accountId(): string {
    return this.cloud.accountId
  }

  /** The VPC of launches that name no subnet; an account can be without one. */
  get defaultVpc(): Vpc | undefined {
    return this.vpcs.find(({ isDefault }) => isDefault)
  }

  now(): number {
    return this.cloud.clock.now()
  }

  /** The next number in the order of creation. */
  nextSequence(): number {
    this.#sequence += 1
    return this.#sequence
  }

  /** Makes all changes since the last commit durable, as one. */
  commit(): void {
    this.#journal.commit()
  }

  close(): void {
    this.#journal.close()
  }

  #collections(): readonly Collection<never>[] {
    return [
      this.vpcs,
      this.subnets,
      this.internetGateways,
      this.routeTables,
      this.networkAcls,
      this.natGateways,
      this.vpcEndpoints,
      this.instances,
      this.networkInterfaces,
      this.profileAssociations,
      this.spotRequests,
      this.scheduledEvents,
      this.reservedInstances,
      this.volumes,
      this.snapshots,
      this.ownImages,
      this.keyPairs,
      this.securityGroups,
      this.rules,
      this.launchTemplates,
      this.launchTemplateVersions,
      this.addresses,
      this.loadBalancers,
      this.targetGroups,
      this.listeners,
      this.targets,
      this.scalingGroups,
      this.scalingMembers,
      this.scalingActivities,
      this.instanceRefreshes,
      this.tokens,
      this.settings,
      this.parameters,
    ] as unknown as readonly Collection<never>[]
  }

  #load(): void {
    const byKind = new Map(this.#collections().map((collection) => [collection.kind, collection]))
    this.#journal.replay(([kind, id, record]) => {
      if (kind === this.tags.kind) {
        if (record === null) this.tags.forget(id)
        else this.tags.restore(id, record as Record<string, string>)
        return
      }
      const collection = byKind.get(kind)
      if (record === null) collection?.forget(id)
      else collection?.restore((kind === 'address' ? upgradeAddress(record as Address) : record) as never)
    })
    for (const collection of this.#collections()) {
      for (const record of collection.values()) {
        this.#sequence = Math.max(this.#sequence, (record as { sequence: number }).sequence)
      }
    }
    this.#dropOldTokens()
    this.#journal.start(() => this.#entries())
  }

  /** A token is remembered for two days, or as long as an instance exists that it made. */
  #dropOldTokens(): void {
    const before = this.now() - tokenLifetimeMs
    for (const { id, usedAtMs, resourceIds } of this.tokens.values()) {
      if (usedAtMs < before && !resourceIds.some((resourceId) => this.instances.get(resourceId))) this.tokens.forget(id)
    }
  }

  *#entries(): Iterable<Entry> {
    for (const collection of this.#collections()) {
      for (const record of collection.values()) yield [collection.kind, (record as { id: string }).id, record]
    }
    for (const [id, tags] of this.tags.entries()) yield [this.tags.kind, id, tags]
  }
}
