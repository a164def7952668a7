import { required } from '../core/assert.js'
import { addressOf, compareAddresses } from '../model/address.js'
import { slackPercentOf } from './kinds/archive-rules.js'
import type { Address } from '../model/address.js'
import type { Context, Entries } from './context.js'
import { parseIngressRule } from './kinds/security-group/ingress-rule.js'
import { findDependencies, findNamed, findServer, serverAddress } from './references/names.js'
import { isMounted, mountOf, swapMountOf } from './kinds/volume/written-mount.js'
import { parseTemplate } from './references/templates.js'
import { generatedName } from '../model/kinds/kinds.js'
import type { ArchiveSpec } from '../model/kinds/archive.js'
import type { KeyPairSpec } from '../model/kinds/key-pair.js'
import type { SecurityGroupSpec } from '../model/kinds/security-group.js'
import type { ServerSpec } from '../model/kinds/server.js'
import type { SyncEndpoint, SyncSpec } from '../model/kinds/sync-rule.js'
import type { VolumeSpec } from '../model/kinds/volume.js'
import type { SnapshotSchedule, SnapshotSelector } from '../model/kinds/volume-snapshot.js'
import type { ImageSelector } from '../model/launch/image.js'
import type { SubnetSelector } from '../model/launch/subnet.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { UserTags } from '../model/tags.js'
import type {
  ArchiveShape,
  ImageShape,
  ServerShape,
  SubnetShape,
  TagsShape,
  VolumeShape,
} from './shape/stack-shape.generated.js'
import { minutesOf } from './kinds/duration.js'
import { syncsOf } from './kinds/sync-rule/sync-rule.js'
import { referencesIn } from '../model/template.js'
import type { Template } from '../model/template.js'
import { canonicalUuid } from '../model/volume-rules.js'

/** The specification that a stack file without a mistake says; nothing is reported any more. Deeply frozen. */
export function buildSpec(context: Context): StackSpec {
  const stack = required(context.stack.stack, 'the stack name')
  const servers = inOrder(context.servers).flatMap(([name, entry]) => serversOf(context, name, entry))
  const archives = inOrder(context.archives).map(([name, entry]) => archiveOf(context, name, entry))
  const launched = [...servers, ...archives.map(({ server }) => server)]
  const syncs = inOrder(context.syncs).flatMap(([name, entry]) => syncsOf(context, name, entry))
  return deepFreeze({
    stack,
    target: context.target,
    keyPairs: keyPairsOf(context, launched),
    securityGroups: securityGroupsOf(context, stack, launched, syncs),
    servers,
    volumes: inOrder(context.volumes).map(([name, entry]) => volumeOf(context, stack, name, entry)),
    syncs,
    archives,
  })
}

/** Entries by name, as compareAddresses orders them. */
function inOrder<Shape>(entries: Entries<Shape>): (readonly [string, Shape])[] {
  const names = [...entries.keys()].toSorted((left, right) => (left < right ? -1 : 1))
  return names.map((name) => [name, required(entries.get(name), name)] as const)
}

function keyPairsOf(context: Context, servers: readonly ServerSpec[]): KeyPairSpec[] {
  const keyPairs = inOrder(context.keyPairs).map(([name, { publicKey, tags }]): KeyPairSpec => ({
    address: addressOf('keyPair', name),
    publicKey: publicKey === undefined ? undefined : publicKeyOf(publicKey),
    tags: tagsOf(context, tags),
  }))
  const generated = addressOf('keyPair', generatedName)
  const isNeeded = !context.keyPairs.has(generatedName) && servers.some((server) => server.keyPair === generated)
  if (!isNeeded) return keyPairs
  return insertInOrder(keyPairs, { address: generated, publicKey: undefined, tags: tagsOf(context, undefined) })
}

const keyLinePattern = /^(ssh-|ecdsa-|sk-)\S+ /

function publicKeyOf(text: string): NonNullable<KeyPairSpec['publicKey']> {
  return keyLinePattern.test(text) ? { kind: 'text', text: text.trim() } : { kind: 'path', path: text }
}

function securityGroupsOf(
  context: Context,
  stack: string,
  servers: readonly ServerSpec[],
  syncs: readonly SyncSpec[],
): SecurityGroupSpec[] {
  const groups = inOrder(context.securityGroups).map(
    ([name, { description, ingress = [], tags }]): SecurityGroupSpec => {
      const rules = ingress.map((rule, index) => {
        const path = ['securityGroups', name, 'ingress', index]
        return required(parseIngressRule(context, required(rule, 'rule'), path), 'rule')
      })
      return {
        address: addressOf('securityGroup', name),
        description: description ?? `evenkeel: ${stack}/${name}`,
        ingress: rules,
        tags: tagsOf(context, tags),
      }
    },
  )
  const generated = addressOf('securityGroup', generatedName)
  const isNeeded = !context.securityGroups.has(generatedName) && isGroupNamed(generated, servers, groups)
  if (!isNeeded) return groups
  return insertInOrder(groups, {
    address: generated,
    description: 'evenkeel: SSH from the operator',
    ingress: [
      { ...ssh, from: { kind: 'my-ip' } },
      ...(syncs.some(isBetweenServers)
        ? [{ ...ssh, from: { kind: 'security-group', address: generated } } as const]
        : []),
    ],
    tags: tagsOf(context, undefined),
  })
}

const ssh = { protocol: 'tcp', fromPort: 22, toPort: 22 } as const

/** Whether a rule has one server reach another by itself: the generated group then lets its members in. */
function isBetweenServers({ from, to, via, method }: SyncSpec): boolean {
  const isManaged = ({ kind }: SyncEndpoint) => kind === 'server' || kind === 'volume'
  return method === 'files' && via === 'direct' && isManaged(to) && from.some(isManaged)
}

/** Whether a server has the group, or a rule or a reference names it. */
function isGroupNamed(group: Address, servers: readonly ServerSpec[], groups: readonly SecurityGroupSpec[]): boolean {
  const isInRule = groups.some(({ ingress }) =>
    ingress.some(({ from }) => from.kind === 'security-group' && from.address === group),
  )
  return isInRule || servers.some((server) => server.securityGroups.includes(group) || isReferredTo(group, server))
}

function isReferredTo(address: Address, { userData, setup }: ServerSpec): boolean {
  const templates = userData === undefined ? setup : [userData, ...setup]
  return templates.some((one) => referencesIn(one).some((reference) => reference.address === address))
}

function insertInOrder<Spec extends { readonly address: Address }>(specs: Spec[], added: Spec): Spec[] {
  return [...specs, added].toSorted((left, right) => (left.address < right.address ? -1 : 1))
}

/** One server, or as many as its count says. */
function serversOf(context: Context, name: string, entry: ServerShape): ServerSpec[] {
  const spec: Omit<ServerSpec, 'address'> = {
    image: imageOf(required(entry.image, 'image')),
    type: required(entry.type, 'type'),
    zone: entry.zone,
    subnet: entry.subnet === undefined ? undefined : subnetOf(entry.subnet),
    keyPair: addressOf('keyPair', keyPairNameOf(context, entry)),
    securityGroups: groupNamesOf(context, entry).map((group) => addressOf('securityGroup', group)),
    user: entry.user,
    state: entry.state ?? 'running',
    rootVolume: { sizeGiB: entry.rootVolume?.size, type: entry.rootVolume?.type },
    userData: optionalTemplate(context, entry.userData),
    onUserDataChange: entry.onUserDataChange ?? 'ignore',
    protect: entry.protect ?? false,
    dependsOn: dependenciesOf(context, entry.dependsOn),
    setup: (entry.setup ?? []).map((command) => template(context, required(command, 'command'))),
    tags: tagsOf(context, entry.tags),
  }
  if (entry.count === undefined) return [{ address: addressOf('server', name), ...spec }]
  return Array.from({ length: entry.count }, (_, index) => ({ address: addressOf('server', name, index), ...spec }))
}

function keyPairNameOf(context: Context, entry: Pick<ServerShape, 'keyPair'>): string {
  if (entry.keyPair !== undefined) return required(findNamed(context, 'keyPair', entry.keyPair, ignore), 'key pair')
  const [only, ...others] = context.keyPairs.keys()
  return only !== undefined && others.length === 0 ? only : generatedName
}

function groupNamesOf(context: Context, entry: Pick<ServerShape, 'securityGroups'>): string[] {
  if (entry.securityGroups === undefined) return [generatedName]
  const names = entry.securityGroups.map((group) => findNamed(context, 'securityGroup', group ?? '', ignore) ?? '')
  return [...new Set(names)].toSorted()
}

function imageOf(image: ImageShape): ImageSelector {
  if (typeof image === 'string') return { kind: 'id', id: image }
  if (image.ssm !== undefined) return { kind: 'ssm', parameter: image.ssm }
  return {
    kind: 'name',
    owner: required(image.owner, 'owner'),
    name: required(image.name, 'name'),
    architecture: image.architecture ?? 'x86_64',
  }
}

function subnetOf(subnet: SubnetShape): SubnetSelector {
  if (typeof subnet === 'string') return { kind: 'id', id: subnet }
  const tag = required(subnet.tag, 'tag')
  if (typeof tag === 'string') {
    const equals = tag.indexOf('=')
    return { kind: 'tag', key: tag.slice(0, equals), value: tag.slice(equals + 1) }
  }
  const [[key, value] = ['', '']] = Object.entries(tag)
  return { kind: 'tag', key, value: required(value, 'value') }
}

function volumeOf(context: Context, stack: string, name: string, entry: VolumeShape): VolumeSpec {
  const server = entry.server === undefined ? undefined : serverNamed(context, entry.server)
  const fstype = entry.fstype ?? 'ext4'
  return {
    address: addressOf('volume', name),
    server,
    zone: entry.zone,
    sizeGiB: entry.size,
    type: entry.type ?? 'gp3',
    iops: entry.iops,
    throughputMiBps: entry.throughput,
    encrypted: entry.encrypted ?? (entry.kmsKey === undefined ? undefined : true),
    kmsKey: entry.kmsKey,
    fstype,
    mount: isMounted(entry) ? mountOf(stack, name, entry) : swapMountOf(entry),
    label: entry.label,
    uuid: entry.uuid === undefined ? undefined : canonicalUuid(entry.uuid, fstype),
    reuse: entry.reuse ?? false,
    snapshot: entry.snapshot === undefined ? undefined : snapshotOf(entry.snapshot),
    volumeId: entry.volumeId,
    onRemove: entry.onRemove ?? 'snapshot',
    ...(entry.snapshots === undefined ? {} : { snapshots: scheduleOf(entry.snapshots) }),
    dependsOn: dependenciesOf(context, entry.dependsOn),
    tags: tagsOf(context, entry.tags),
  }
}

function snapshotOf(snapshot: NonNullable<VolumeShape['snapshot']>): SnapshotSelector {
  if (typeof snapshot === 'string') return { kind: 'id', id: snapshot }
  const version = typeof snapshot.version === 'number' ? snapshot.version : 'latest'
  return { kind: 'name', name: required(snapshot.name, 'name'), version }
}

function scheduleOf({ every, keep, consistent }: NonNullable<VolumeShape['snapshots']>): SnapshotSchedule {
  return {
    everyMinutes: minutesOf(required(every, 'every')),
    keep: keep && { last: keep.last ?? 0, daily: keep.daily ?? 0, weekly: keep.weekly ?? 0 },
    consistent: consistent ?? 'freeze',
  }
}

function archiveOf(context: Context, name: string, entry: ArchiveShape): ArchiveSpec {
  const address = addressOf('archive', name)
  const server = required(entry.server, 'server')
  return {
    address,
    from: required(entry.from, 'from'),
    fstype: entry.fstype ?? 'ext4',
    keep: entry.keep,
    slackPercent: slackPercentOf(entry.slack),
    checksum: entry.checksum ?? false,
    exclude: (entry.exclude ?? []).map((pattern) => required(pattern, 'pattern')),
    server: {
      address,
      image: imageOf(required(server.image, 'image')),
      type: required(server.type, 'type'),
      zone: server.zone,
      subnet: server.subnet === undefined ? undefined : subnetOf(server.subnet),
      keyPair: addressOf('keyPair', keyPairNameOf(context, server)),
      securityGroups: groupNamesOf(context, server).map((group) => addressOf('securityGroup', group)),
      user: server.user,
      state: 'running',
      rootVolume: { sizeGiB: undefined, type: undefined },
      userData: undefined,
      onUserDataChange: 'ignore',
      protect: false,
      dependsOn: [],
      setup: [],
      tags: tagsOf(context, entry.tags),
    },
    tags: tagsOf(context, entry.tags),
  }
}

function serverNamed(context: Context, text: string): Address {
  return required(serverAddress(required(findServer(context, text, ignore), text)), text)
}

function dependenciesOf(context: Context, texts: readonly (string | undefined)[] | undefined): readonly Address[] {
  if (texts === undefined) return []
  const addresses = new Set(texts.flatMap((text) => findDependencies(context, text ?? '', ignore)))
  return [...addresses].toSorted(compareAddresses)
}

function optionalTemplate(context: Context, text: string | undefined): Template | undefined {
  return text === undefined ? undefined : template(context, text)
}

function template(context: Context, text: string): Template {
  return parseTemplate(context, text, ignore)
}

/** The stack's tags and the entry's own, which win. Keys sorted. */
function tagsOf(context: Context, tags: TagsShape | undefined): UserTags {
  const merged = Object.entries({ ...context.stack.tags, ...tags })
  const sorted = merged.toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, value]) => [key, required(value, key)]))
}

/** Checks came before; a mistake that shows here only is caught by `required`. */
function ignore(): void {}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
  return value
}
