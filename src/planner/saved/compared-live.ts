import type { HostFacts } from '../../model/inside/host-facts.js'
import { outdatedMembers } from '../../model/kinds/scaling-group.js'
import { peerWords, type LiveRule, type RuleSide } from '../../model/kinds/security-group.js'
import type { SyncFacts, SyncSpec } from '../../model/kinds/sync-rule.js'
import { isOpen } from '../../model/launch/spot.js'
import type { LiveStack } from '../../model/live-stack.js'
import { byText } from '../compare/differences.js'
import type { PlanBasis } from './plan-basis.js'

/** Named things, each compared with its namesake. */
export type Compared = Readonly<Record<string, unknown>>

type Read<Member extends keyof LiveStack> = (
  value: Exclude<LiveStack[Member], undefined>,
  own: PlanBasis,
  other: PlanBasis,
) => Compared

/**
 * What of an observation two machines see alike, by the name under which people know it; `undefined` for what belongs to the
 * machine that looked, or to the catalogue of EC2 from which the plan has chosen already. Total: a fact that is added later
 * has to be given a line here.
 */
const comparedMembers: { readonly [Member in keyof Required<LiveStack>]: Read<Member> | undefined } = {
  stack: undefined,
  region: (region) => ({ 'the target': { region } }),
  // Ids and names are of one account: what is compared below says it.
  account: undefined,
  zones: undefined,
  edgeZones: undefined,
  offers: undefined,
  keyPairs: named,
  networks: named,
  // Who is in the way is looked at again when it goes.
  networkTenants: undefined,
  securityGroups: (groups) =>
    named(
      groups.map(({ egress, ...group }) => ({
        ...group,
        ingress: rulesByText('ingress', group.ingress),
        ...(egress && { egress: rulesByText('egress', egress) }),
      })),
    ),
  // When a server was started tells its root disk from the same one after another start, and nothing else.
  servers: (servers) =>
    named(
      servers.map(({ startedAt: _startedAt, securityGroupIds, ...server }) => ({
        ...server,
        securityGroupIds: byText(securityGroupIds),
      })),
    ),
  spotRequests: (requests) =>
    Object.fromEntries(
      requests.filter(isOpen).map(({ address, id }) => [`the spot request ${id} of ${address}`, { open: true }]),
    ),
  endingServers: named,
  // They are told, and nothing is planned for them.
  scheduledEvents: undefined,
  volumeTroubles: undefined,
  builtImages: named,
  elasticIps: named,
  interfaces: named,
  placementGroups: named,
  // Members come and go, and refreshes go on: none of it takes anything away from a plan.
  scalingGroups: (groups) =>
    named(
      groups.map(({ group, ...live }) => ({
        ...live,
        ...(group && { group: { ...group, members: outdatedMembers(group).length } }),
      })),
    ),
  loadBalancers: (balancers) =>
    named(
      balancers.map(({ targetGroups, ...balancer }) => ({
        ...balancer,
        // How well a server is changes by itself.
        targetGroups: targetGroups.map(({ targets, ...group }) => ({
          ...group,
          targets: targets.map(({ instanceId, port }) => ({ instanceId, port })),
        })),
      })),
    ),
  defaultSubnets: undefined,
  volumes: (volumes) => named(volumes.map(({ modifications: _moves, ...volume }) => volume)),
  // That a snapshot is completed meanwhile, and can be asked who uses it, takes nothing away from a plan.
  snapshots: (snapshots) =>
    Object.fromEntries(
      snapshots.map(({ imageIds: _images, sharedWith: _shares, ...snapshot }) => [
        `${snapshot.address} ${snapshot.id}`,
        { ...snapshot, state: snapshot.state === 'error' ? 'error' : 'good' },
      ]),
    ),
  // Progress there takes nothing away from a plan either; whoever copies takes up what is on its way.
  snapshotsElsewhere: (regions) =>
    Object.fromEntries(
      regions.flatMap(({ region, snapshots }) =>
        snapshots.map(({ address, id, state }) => [
          `${address} ${id} in ${region}`,
          { state: state === 'error' ? 'error' : 'good' },
        ]),
      ),
    ),
  images: undefined,
  subnets: prefixed('the subnet '),
  existingGroups: prefixed('the security group '),
  existingKeyPairs: prefixed('the key pair '),
  // A wish that was fulfilled, or withdrawn, meanwhile is not to be carried out from the file.
  ledger: ({ addresses, wishes = [] }) => ({
    'the ledger': Object.fromEntries(addresses.map((address) => [address, 'known'])),
    ...Object.fromEntries(wishes.map((wish) => [`the recorded wish for ${wish.address}`, wish])),
  }),
  renamed: undefined,
  operatorIp: undefined,
  encryptsByDefault: (isOn) => ({ 'the account': { encryptsNewVolumes: isOn } }),
  operatorIpUnread: undefined,
  publicKeys: (keys, { spec }) => {
    const ofCheckout = new Set(
      spec.keyPairs.flatMap(({ address, publicKey }) => (isOfCheckout(publicKey) ? [address] : [])),
    )
    return Object.fromEntries(
      Object.entries(keys).flatMap(([address, publicKey]) =>
        [...ofCheckout].some((known) => known === address) ? [[`the public key of ${address}`, { publicKey }]] : [],
      ),
    )
  },
  hosts: (hosts, _own, other) =>
    Object.fromEntries(
      Object.entries(hosts).map(([address, facts]) => [
        `the inside of ${address}`,
        hostFacts(facts, other.live.hosts[address]),
      ]),
    ),
  syncs: (syncs, own, other) =>
    Object.fromEntries(
      own.spec.syncs.flatMap((rule) => {
        const facts = syncs[rule.address]
        return facts ? [[`what ${rule.address} copies`, syncFacts(rule, facts, own, other)]] : []
      }),
    ),
  // What is in a directory is compared by its contents, which stand beside.
  archives: undefined,
  temporaries: (temporaries) =>
    Object.fromEntries(temporaries.map(({ address, kind, id }) => [`${address} ${id}`, { temporary: kind }])),
  hostsLeftOut: undefined,
  hostsImpossible: (reason) => ({ 'the servers': { closed: reason } }),
  // Reasons are worded by the moment.
  unreadable: (unreadable) =>
    Object.fromEntries(unreadable.map(({ address }) => [`the inside of ${address}`, { kind: 'unreadable' }])),
}

/** What of the observation in `own` is compared with that in `other`. */
export function comparedLive(own: PlanBasis, other: PlanBasis): Compared {
  const found: Record<string, unknown> = {}
  for (const [member, read] of Object.entries(comparedMembers)) {
    const value = own.live[member as keyof LiveStack]
    if (!read || value === undefined) continue
    Object.assign(found, (read as Read<keyof LiveStack>)(value as never, own, other))
  }
  return found
}

interface Named {
  readonly address: string
  readonly id: string
}

/** By address; of several of one address, each by its id too. */
function named(resources: readonly Named[]): Compared {
  const times = new Map<string, number>()
  for (const { address } of resources) times.set(address, (times.get(address) ?? 0) + 1)
  return Object.fromEntries(
    resources.map((resource) => {
      const { address, id } = resource
      return [times.get(address) === 1 ? address : `${address} ${id}`, resource]
    }),
  )
}

function prefixed(prefix: string): (entries: Readonly<Record<string, unknown>>) => Compared {
  return (entries) => Object.fromEntries(Object.entries(entries).map(([name, entry]) => [`${prefix}${name}`, entry]))
}

/** A key in the file, or beside it; one that lies in a home directory is the machine's own. */
function isOfCheckout(publicKey: PlanBasis['spec']['keyPairs'][number]['publicKey']): boolean {
  if (publicKey === undefined) return false
  return publicKey.kind === 'text' || !/^[~/]/.test(publicKey.path)
}

/** A rule has no name: what comes and goes is told by what it lets in. */
function rulesByText(side: RuleSide, rules: readonly LiveRule[]): Compared {
  return Object.fromEntries(
    rules.map(({ protocol, fromPort, toPort, source, description = '' }) => {
      const from =
        source.kind === 'cidr' ? source.cidr : source.kind === 'prefix-list' ? source.prefixListId : source.groupId
      const ports = fromPort === toPort ? fromPort : `${fromPort}-${toPort}`
      return [`${protocol === '-1' ? 'all' : `${protocol} ${ports}`} ${peerWords[side]} ${from}`, { description }]
    }),
  )
}

/** Kernel names of disks change with every start. Of what one of both could not see, only that is told. */
function hostFacts(facts: HostFacts, there: HostFacts | undefined): unknown {
  if (facts.kind !== 'read' || (there && there.kind !== 'read')) return { seen: seenWord(facts) }
  const devices = facts.devices.map(({ path: _path, partitionPath: _partition, volumeId, ...device }) => [
    volumeId,
    device,
  ])
  const mounts = facts.mounts.map(({ volumeId, path, ...mount }) => [`${path} (${volumeId})`, mount])
  const fstab = facts.fstab.map(({ path, source, ...line }) => [`${path} (${source})`, line])
  // With what it was entered is the machine's that looked.
  const { admitted: _admitted, ...seen } = facts
  return {
    ...seen,
    devices: Object.fromEntries(devices),
    mounts: Object.fromEntries(mounts),
    fstab: Object.fromEntries(fstab),
  }
}

function seenWord(facts: HostFacts): string {
  if (facts.kind === 'read') return 'yes'
  return facts.kind === 'unreadable' ? 'no' : `no: ${facts.because}`
}

/**
 * A directory of this machine as a destination is the machine's own, but for what would be deleted in it. Of the same files
 * from another checkout the times differ, and with them which of them count as changed.
 */
function syncFacts({ address, to }: SyncSpec, facts: SyncFacts, own: PlanBasis, other: PlanBasis): unknown {
  if (facts.kind !== 'read') return { kind: facts.kind }
  const { sourceDigest, sample: _sample, filesChanged, filesCreated, filesDeleted, bytes, compared } = facts
  if (to.kind === 'local') return { filesDeleted }
  const there = other.live.syncs[address]
  const contents = own.sources[address]
  const isSame = there?.kind === 'read' && there.sourceDigest === sourceDigest
  const figures = { filesCreated, filesDeleted, compared }
  // A changed source is told once, as such.
  if (contents !== undefined && contents !== other.sources[address]) return {}
  if (contents === undefined) return { sourceDigest, filesChanged, bytes, ...figures }
  return isSame ? { filesChanged, bytes, ...figures } : figures
}
