import type { HostFacts } from '../../src/model/inside/host-facts.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { tagKeys, type Tags } from '../../src/model/tags.js'

/**
 * A live stack without what no model can know of an apply: ids, addresses and filesystem UUIDs of what it made are named
 * by what they are of, moments and kernel names are left out. What `before` had already keeps its name, so that a thing
 * that was made anew is no match for one that stayed.
 */
export function comparableLive(live: LiveStack, before: LiveStack): unknown {
  const names = namesOf(live, before)
  const renamed = JSON.parse(
    [...names]
      .sort(([left], [right]) => right.length - left.length)
      .reduce(
        (text, [id, name]) =>
          text.replaceAll(`${JSON.stringify(id).slice(0, -1)}"`, `"${name}"`).replaceAll(`=${id}"`, `=${name}"`),
        JSON.stringify(live),
      ),
  ) as LiveStack
  const known = new Set(before.servers.flatMap(({ privateIp, publicIp }) => [privateIp, publicIp]))
  const ip = (value: string | undefined) => (value === undefined || known.has(value) ? value : 'a new one')
  const places = new Set(
    [...before.securityGroups, ...before.servers].flatMap((known) => [
      known.vpcId,
      'subnetId' in known ? known.subnetId : '',
    ]),
  )
  const place = (id: string) => (places.has(id) ? id : 'a default one')
  const roots = new Set(renamed.servers.map(({ rootVolume }) => rootVolume?.id))
  return plain({
    ...renamed,
    // What can be launched where is looked up as a plan needs it, and no apply changes it.
    offers: undefined,
    // Told by what there is.
    account: undefined,
    keyPairs: sorted(
      renamed.keyPairs.map(({ publicKey, createdAt: _createdAt, ...pair }) => ({
        ...pair,
        hasPublicKey: publicKey !== undefined,
      })),
    ),
    publicKeys: Object.keys(renamed.publicKeys).sort(),
    securityGroups: sorted(
      renamed.securityGroups.map((group) => ({
        ...group,
        vpcId: place(group.vpcId),
        ingress: sortedByText(group.ingress),
        ...(group.egress && { egress: sortedByText(group.egress) }),
      })),
    ),
    servers: sorted(
      renamed.servers.map(({ createdAt: _createdAt, startedAt: _startedAt, options: _options, ...server }) => ({
        ...server,
        // They say the addresses again.
        privateDns: undefined,
        publicDns: undefined,
        tags: comparableTags(server.tags),
        securityGroupIds: [...server.securityGroupIds].sort(),
        subnetId: place(server.subnetId),
        vpcId: place(server.vpcId),
        privateIp: ip(server.privateIp),
        publicIp: ip(server.publicIp),
        elasticIp: ip(server.elasticIp),
      })),
    ),
    // Asked for and not found is as good as not asked for.
    elasticIps: sorted(
      (renamed.elasticIps ?? []).map(({ association, publicIp, ...address }) => ({
        ...address,
        tags: comparableTags(address.tags),
        publicIp: ip(publicIp),
        leadsTo: association?.instanceId,
      })),
    ),
    volumes: sorted(
      renamed.volumes.map(({ createdAt: _createdAt, modifications: _modifications, attachment, ...volume }) => ({
        ...volume,
        tags: comparableTags(volume.tags),
        attachment: attachment && { instanceId: attachment.instanceId, state: attachment.state },
      })),
    ),
    snapshots: sorted(
      renamed.snapshots.map(({ startedAt: _startedAt, ...snapshot }) => ({
        ...snapshot,
        tags: comparableTags(snapshot.tags),
      })),
    ),
    ledger: renamed.ledger && [...renamed.ledger.addresses].sort(),
    hosts: Object.fromEntries(
      Object.entries(renamed.hosts).map(([address, facts]) => [address, comparableFacts(facts, roots)]),
    ),
  })
}

/** Names for the ids that `before` did not have, and for the UUIDs of filesystems that were made since. */
function namesOf(live: LiveStack, before: LiveStack): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const kinds = [
    'keyPairs',
    'securityGroups',
    'servers',
    'networks',
    'elasticIps',
    'placementGroups',
    'volumes',
    'snapshots',
  ] as const
  for (const kind of kinds) {
    const known = new Set((before[kind] ?? []).map(({ id }) => id))
    const made = (live[kind] ?? []).filter(({ id }) => !known.has(id))
    for (const { address, id } of sorted(made)) {
      const count = [...names.values()].filter((name) => name.startsWith(`${kind} ${address} `)).length
      names.set(id, `${kind} ${address} new ${count + 1}`)
    }
  }
  for (const { address, rootVolume } of live.servers) {
    const isKnown = before.servers.some((known) => known.rootVolume?.id === rootVolume?.id)
    if (rootVolume && !isKnown) names.set(rootVolume.id, `root of ${address}`)
  }
  const uuids = new Set(contentsOf(before).map(({ uuid }) => uuid))
  for (const { volumeId, uuid } of contentsOf(live)) {
    if (uuid === undefined || uuids.has(uuid) || names.has(uuid)) continue
    names.set(uuid, `filesystem of ${names.get(volumeId) ?? volumeId}`)
  }
  return names
}

function contentsOf(live: LiveStack): readonly { readonly volumeId: string; readonly uuid: string | undefined }[] {
  const facts = Object.keys(live.hosts)
    .sort()
    .flatMap((address) => live.hosts[address] ?? [])
  return facts.flatMap((read) =>
    read.kind === 'read' ? read.devices.map(({ volumeId, content }) => ({ volumeId, uuid: content?.uuid })) : [],
  )
}

/** Without the tokens of the client's own calls; a moment is a moment, and the key of a host its own. */
function comparableTags(tags: Tags): Tags {
  const of = (key: string, value: string) => {
    if (key === tagKeys.hostKey) return 'a host key'
    if (key === tagKeys.retained) return 'a moment'
    return value
  }
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => key !== 'evenkeel:op')
      .map(([key, value]) => [key, of(key, value)] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  )
}

/** Without root disks, which come with their images: no plan says what is on them. */
function comparableFacts(facts: HostFacts, roots: ReadonlySet<string | undefined>): unknown {
  if (facts.kind !== 'read') return facts
  // Which public keys a server has comes from its key pair, of which the model knows the name alone: test/integration/keys holds it.
  const { filesystems: _filesystems, authorizedKeys: _authorizedKeys, ...read } = facts
  return {
    ...read,
    devices: sortedByText(
      read.devices
        .filter(({ volumeId }) => !roots.has(volumeId))
        .map(({ path: _path, partitionPath, ...device }) => ({
          ...device,
          isPartitioned: partitionPath !== undefined,
        })),
    ),
    mounts: sortedByText(read.mounts.filter(({ path }) => path !== '/')),
    fstab: sortedByText(read.fstab),
  }
}

function sorted<T extends { readonly address: string; readonly id: string }>(items: readonly T[]): readonly T[] {
  const key = ({ address, id }: T) => `${address} ${id}`
  return [...items].sort((left, right) => (key(left) < key(right) ? -1 : 1))
}

function sortedByText<T>(items: readonly T[]): readonly T[] {
  return [...items].sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
}

/** Without members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
