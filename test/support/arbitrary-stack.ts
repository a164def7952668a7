import fc from 'fast-check'
import type { LiveStack } from '../../src/model/live-stack.js'
import { tagKeys } from '../../src/model/tags.js'
import type { ImageSpec, LiveBuiltImage } from '../../src/model/kinds/image.js'
import {
  everywhereRule,
  type EgressRuleSpec,
  type IngressRuleSpec,
  type SecurityGroupSpec,
} from '../../src/model/kinds/security-group.js'
import type { SpotOptions } from '../../src/model/launch/spot.js'
import type { ServerOptions } from '../../src/model/launch/server-options.js'
import type { ServerRolling, ServerSpec } from '../../src/model/kinds/server.js'
import type { PlacementGroupSpec } from '../../src/model/kinds/placement-group.js'
import type { SyncSpec } from '../../src/model/kinds/sync-rule.js'
import type { VolumeSpec } from '../../src/model/kinds/volume.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { elasticIpOf } from '../../src/model/kinds/elastic-ip.js'
import { at, specOf } from './live-stack.js'

const serverNames = ['alpha', 'beta', 'gamma'] as const
const volumeNames = ['data', 'logs', 'music'] as const
const imageNames = ['golden', 'plain'] as const
const groupNames = ['default', 'web'] as const

const tags = fc.dictionary(fc.constantFrom('team', 'cost', 'stage'), fc.constantFrom('a', 'b'), { maxKeys: 2 })

const rule: fc.Arbitrary<IngressRuleSpec> = fc.record({
  protocol: fc.constantFrom('tcp', 'udp', 'all'),
  fromPort: fc.constantFrom(22, 80),
  toPort: fc.constantFrom(90, 100),
  from: fc.oneof(
    fc.constantFrom('0.0.0.0/0', '10.1.2.3/8').map((cidr) => ({ kind: 'cidr', cidr }) as const),
    fc.constant({ kind: 'my-ip' } as const),
    fc.constant({ kind: 'security-group', address: at('securityGroup.default') } as const),
  ),
})

function group(name: string): fc.Arbitrary<SecurityGroupSpec> {
  const wayOut = rule.map(({ from, ...ports }): EgressRuleSpec => ({ ...ports, to: from }))
  return fc.record(
    {
      address: fc.constant(at(`securityGroup.${name}`)),
      description: fc.constant(`group ${name}`),
      ingress: fc.array(rule, { maxLength: 3 }),
      egress: fc.array(wayOut, { maxLength: 2 }),
      tags,
    },
    { requiredKeys: ['address', 'description', 'ingress', 'tags'] },
  )
}

const rolling: ServerRolling = {
  maxUnavailable: 1,
  order: 'ascending',
  health: { parts: ['curl -f localhost'] },
  timeoutSeconds: 60,
}

function server(name: string, others: readonly string[], zone: string): fc.Arbitrary<ServerSpec> {
  return fc
    .record({
      address: fc.constant(at(`server.${name}`)),
      image: fc.constantFrom('ami-1', 'ami-2').map((id) => ({ kind: 'id', id }) as const),
      type: fc.constantFrom('t3.small', 't3.large'),
      zone: fc.constant(zone),
      subnet: fc.constant(undefined),
      keyPair: fc.constantFrom(at('keyPair.default'), at('keyPair.deploy')),
      securityGroups: fc.constantFrom(
        [at('securityGroup.default')],
        [at('securityGroup.default'), at('securityGroup.web')],
      ),
      user: fc.constantFrom(undefined, 'admin'),
      state: fc.constantFrom('running', 'running', 'running', 'stopped'),
      rootVolume: fc.record({
        sizeGiB: fc.constant(undefined),
        type: fc.constant(undefined),
        onRemove: fc.constantFrom(undefined, undefined, 'snapshot'),
        onReplace: fc.constantFrom(undefined, undefined, 'delete'),
      }),
      replace: fc.constantFrom(undefined, undefined, 'terminate-first'),
      userData: fc.constantFrom(undefined, { parts: ['#!/bin/sh\n'] }),
      onUserDataChange: fc.constantFrom('ignore', 'replace', 'stop-start'),
      protect: fc.constantFrom(false, false, false, true),
      dependsOn: fc.subarray(others.map((other) => at(`server.${other}`))),
      setup: fc
        .subarray(['apt-get update', 'apt-get install nginx'])
        .map((list) => list.map((line) => ({ parts: [line] }))),
      tags,
    })
    .chain((spec) =>
      fc.tuple(options, fc.boolean()).map(([asked, hasOthers]): ServerSpec => ({
        ...spec,
        ...(asked && { options: possible(spec, asked) }),
        ...(hasOthers && { alternatives: [{ type: 't3.large' }] }),
      })),
    )
    .chain((spec) =>
      fc.constantFrom(undefined, undefined, rolling).map((rolls) => (rolls ? { ...spec, rolling: rolls } : spec)),
    )
}

/** EC2 protects no spot instance. */
function possible({ protect }: ServerSpec, { spot, ...options }: ServerOptions): ServerOptions {
  return !spot || protect ? options : { ...options, spot }
}

const rack: PlacementGroupSpec = {
  address: at('placementGroup.rack'),
  strategy: 'partition',
  partitions: 2,
  spreadLevel: undefined,
  tags: {},
}

const options: fc.Arbitrary<ServerOptions | undefined> = fc.option(
  fc.record(
    {
      iamInstanceProfile: fc.constantFrom('web', 'db'),
      monitoring: fc.boolean(),
      cpu: fc.constantFrom({ cores: 1, threadsPerCore: 1 }, { cores: 1, threadsPerCore: 2 }),
      metadata: fc.record({ hopLimit: fc.constantFrom(1, 2), endpoint: fc.constant('enabled') }),
      placement: fc.constantFrom(
        { group: at('placementGroup.rack') },
        { group: at('placementGroup.rack'), partition: 1 },
      ),
      shutdownBehavior: fc.constantFrom('stop', 'terminate'),
      // Without those of one-time requests, of which no image is made.
      spot: fc.constantFrom<SpotOptions[]>({ interruption: 'stop' }, { interruption: 'stop', maxPrice: 0.05 }),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined, freq: 3 },
)

function image(name: string, servers: readonly string[]): fc.Arbitrary<ImageSpec> {
  return fc.record({
    address: fc.constant(at(`image.${name}`)),
    // Of the first server, so that a later one may be launched of the image.
    source: fc.constantFrom(
      { kind: 'server', server: at(`server.${servers[0]}`) } as const,
      {
        kind: 'snapshot',
        snapshotId: 'snap-1',
        architecture: 'x86_64',
        rootDeviceName: '/dev/xvda',
        bootMode: undefined,
        user: undefined,
      } as const,
    ),
    description: fc.constantFrom(undefined, 'web tier', 'database'),
    keep: fc.constantFrom(undefined, 1, 2),
    regions: fc
      .subarray(['eu-central-1', 'us-west-2'])
      .map((regions) => regions.map((region) => ({ region, encrypted: undefined, kmsKey: undefined }))),
    share: fc.constantFrom(undefined, [], ['123456789012'], ['123456789012', 'public']),
    protect: fc.constantFrom(false, false, false, true),
    tags,
  })
}

/** The last server is launched of an image, which is made of the first one. */
function launchedOf(servers: readonly ServerSpec[], [first]: readonly ImageSpec[]): readonly ServerSpec[] {
  const last = servers.at(-1)
  if (!first || !last || servers.length < 2) return servers
  return [...servers.slice(0, -1), { ...last, image: { kind: 'built', image: first.address } }]
}

function volume(name: string, servers: readonly string[], zone: string): fc.Arbitrary<VolumeSpec> {
  return fc
    .record({
      server: fc.constantFrom(undefined, ...servers, ...servers),
      size: fc.integer({ min: 1, max: 3 }),
      type: fc.constantFrom('gp3', 'gp2'),
      fstype: fc.constantFrom('ext4', 'ext4', 'ext4', 'raw'),
      path: fc.constantFrom('a', 'b'),
      options: fc.constantFrom(undefined, 'noatime'),
      owner: fc.constantFrom(undefined, 'www-data'),
      mode: fc.constantFrom(undefined, '0750'),
      onRemove: fc.constantFrom('snapshot', 'snapshot', 'retain', 'delete'),
      reuse: fc.boolean(),
      autoEnableIo: fc.constantFrom(undefined, undefined, false, true),
      tags,
    })
    .map(
      ({
        server: name_,
        size,
        type,
        fstype,
        path,
        options,
        owner,
        mode,
        onRemove,
        reuse,
        autoEnableIo,
        tags: own,
      }): VolumeSpec => ({
        address: at(`volume.${name}`),
        ...(autoEnableIo !== undefined && { autoEnableIo }),
        server: name_ === undefined ? undefined : at(`server.${name_}`),
        zone,
        sizeGiB: size * 10,
        type: type,
        iops: undefined,
        throughputMiBps: undefined,
        encrypted: undefined,
        kmsKey: undefined,
        fstype: fstype,
        mount:
          fstype === 'raw' || name_ === undefined ? undefined : { path: `/srv/${name}-${path}`, options, owner, mode },
        label: undefined,
        uuid: undefined,
        reuse,
        snapshot: undefined,
        volumeId: undefined,
        onRemove: onRemove,
        dependsOn: [],
        tags: own,
      }),
    )
}

/** The options of a rule that has none. */
const plainCopy = {
  method: fc.constant('files' as const),
  via: fc.constant('direct' as const),
  include: fc.constant([]),
  owner: fc.constant(undefined),
  chmod: fc.constant(undefined),
  checksum: fc.constant(false),
  bandwidthKiBps: fc.constant(undefined),
  compress: fc.constant(false),
  partial: fc.constant(false),
  rolling: fc.constant(undefined),
}

function sync(name: string, servers: readonly string[], volumes: readonly VolumeSpec[]): fc.Arbitrary<SyncSpec> {
  const mounted = volumes.filter(({ mount }) => mount !== undefined)
  return fc.record({
    address: fc.constant(at(`sync.${name}`)),
    from: fc.constant([{ kind: 'local', path: './files/' } as const]),
    to: fc.constantFrom(
      ...servers.map((server_) => ({ kind: 'server', server: at(`server.${server_}`), path: '/srv/files/' }) as const),
      ...mounted.map(({ address }) => ({ kind: 'volume', volume: address, path: 'files/' }) as const),
    ),
    delete: fc.boolean(),
    exclude: fc.subarray(['*.tmp']),
    onChange: fc.constantFrom(undefined, { parts: ['systemctl reload nginx'] }),
    ...plainCopy,
  })
}

const subnets =
  'subnets: { a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }, b: { cidr: 10.20.2.0/24, zone: us-east-1a } }'
const acl = 'acl: { in: [{ port: 22, from: 0.0.0.0/0 }], out: [{ port: all, to: 0.0.0.0/0 }] }'

/** No network, or one with more or less in it. */
const networks = fc.constantFrom(
  ...['', '', `lab: { cidr: 10.20.0.0/16 }`]
    .concat(
      ['', 'nat: single', acl, 'endpoints: { s3: { service: s3 } }', `nat: zonal, ${acl}`].map(
        (more) => `lab: { cidr: 10.20.0.0/16, ${subnets}${more === '' ? '' : `, ${more}`} }`,
      ),
    )
    .map((text) => specOf(`evenkeel: 1\nstack: random\ntarget: sandbox\nnetworks: { ${text} }\n`).networks),
)

/** Mostly one zone, so that volumes seldom have to move. */
const zones = fc.constantFrom('us-east-1a', 'us-east-1a', 'us-east-1a', 'us-east-1b')

/** Small stacks in one address space, so that two of them are an edit of one another. */
export const stacks: fc.Arbitrary<StackSpec> = fc
  .tuple(fc.subarray([...serverNames], { minLength: 1 }), fc.subarray([...volumeNames]), zones, networks)
  .chain(([servers, names, zone, parts]) =>
    fc
      .tuple(
        fc.tuple(...groupNames.map(group)),
        // A server depends on earlier ones alone, so that there is no circle.
        fc.tuple(...servers.map((name, index) => server(name, servers.slice(0, index), zone))),
        fc.tuple(...names.map((name) => volume(name, servers, zone))),
      )
      .chain(([groups, serverSpecs, volumes]) =>
        fc
          .tuple(
            fc
              .subarray(['site', 'pages'])
              .chain((rules) => fc.tuple(...rules.map((name) => sync(name, servers, volumes)))),
            fc.subarray(serverSpecs),
            fc.tuple(...imageNames.map((name) => image(name, servers))).chain((all) => fc.subarray(all)),
            fc.boolean(),
          )
          .map(([syncs, reachable, images, isLaunchedSo]): StackSpec => ({
            stack: 'random',
            target: { kind: 'sandbox', region: 'us-east-1' },
            keyPairs: ['default', 'deploy'].map((name) => ({
              address: at(`keyPair.${name}`),
              publicKey: undefined,
              tags: {},
            })),
            networks: parts,
            securityGroups: groups,
            servers: isLaunchedSo ? launchedOf(serverSpecs, images) : serverSpecs,
            images,
            placementGroups: serverSpecs.some(({ options: asked }) => asked?.placement) ? [rack] : [],
            elasticIps: reachable.map(({ address, tags: own }) => ({
              address: elasticIpOf(address),
              server: address,
              tags: own,
            })),
            volumes,
            syncs,
            archives: [],
          })),
      ),
  )

/** One thing that somebody does by hand. */
export const tamperings = [
  'stop',
  'terminate',
  'disassociate',
  'associate',
  'release',
  'detach',
  'unmount',
  'fstab',
  'tag',
  'untag',
  'rule',
  'way out',
  'route',
  'part',
  'file',
  'type',
  'unshare',
  'deregister',
  'begin',
] as const
export type Tampering = (typeof tamperings)[number]

/** The world after somebody's hand was in it, on the resource that `pick` chooses. */
export function tampered(live: LiveStack, tampering: Tampering, pick: number): LiveStack {
  const server = live.servers.length === 0 ? undefined : live.servers[pick % live.servers.length]
  const volume = live.volumes.length === 0 ? undefined : live.volumes[pick % live.volumes.length]
  const facts = server && live.hosts[server.address]
  const replaced = <T extends { readonly id: string }>(
    items: readonly T[],
    id: string | undefined,
    change: Partial<T>,
  ) => items.map((item) => (item.id === id ? { ...item, ...change } : item))
  switch (tampering) {
    case 'stop':
      if (!server) return live
      return {
        ...live,
        servers: replaced(live.servers, server.id, { state: 'stopped' }),
        hosts: { ...live.hosts, [server.address]: { kind: 'not-probed', because: 'stopped' } },
      }
    case 'terminate':
      return {
        ...live,
        ...withoutAssociations(live, server?.id),
        ...unused(live, server?.id),
        servers: live.servers.filter((known) => known !== server),
        // It leaves its further interfaces behind.
        ...(live.interfaces && {
          interfaces: live.interfaces.map((known) =>
            known.instanceId === server?.id ? { ...known, instanceId: undefined, isAttached: false } : known,
          ),
        }),
        hosts: Object.fromEntries(Object.entries(live.hosts).filter(([address]) => address !== server?.address)),
        volumes: live.volumes.map((known) =>
          known.attachment?.instanceId === server?.id ? { ...known, state: 'available', attachment: undefined } : known,
        ),
      }
    case 'disassociate':
      return withoutAssociations(live, server?.id)
    case 'associate': {
      const [first] = live.elasticIps ?? []
      const isFree = server !== undefined && server.elasticIp === undefined && first !== undefined
      if (!isFree) return live
      const free = withoutAssociations(live, first.association?.instanceId)
      return {
        ...free,
        servers: replaced(free.servers, server.id, { publicIp: first.publicIp, elasticIp: first.publicIp }),
        elasticIps: replaced(free.elasticIps ?? [], first.id, {
          association: { id: 'eipassoc-by-hand', instanceId: server.id },
        }),
      }
    }
    case 'release': {
      const [first] = live.elasticIps ?? []
      const free = withoutAssociations(live, first?.association?.instanceId)
      return { ...free, ...(free.elasticIps && { elasticIps: free.elasticIps.filter(({ id }) => id !== first?.id) }) }
    }
    case 'detach': {
      const holder = live.servers.find(({ id }) => id === volume?.attachment?.instanceId)
      const inside = holder && live.hosts[holder.address]
      if (!holder || inside?.kind !== 'read') return live
      return {
        ...live,
        volumes: replaced(live.volumes, volume?.id, { state: 'available', attachment: undefined }),
        hosts: {
          ...live.hosts,
          [holder.address]: {
            ...inside,
            devices: inside.devices.filter(({ volumeId }) => volumeId !== volume?.id),
            mounts: inside.mounts.filter(({ volumeId }) => volumeId !== volume?.id),
          },
        },
      }
    }
    case 'unmount':
      if (!server || facts?.kind !== 'read') return live
      return { ...live, hosts: { ...live.hosts, [server.address]: { ...facts, mounts: [] } } }
    case 'fstab':
      if (!server || facts?.kind !== 'read') return live
      return { ...live, hosts: { ...live.hosts, [server.address]: { ...facts, fstab: [] } } }
    case 'tag':
      return {
        ...live,
        servers: replaced(live.servers, server?.id, { tags: { ...server?.tags, Name: 'mine', team: 'x' } }),
      }
    case 'untag': {
      const tags = Object.entries(volume?.tags ?? {}).filter(([key]) => key !== tagKeys.applied)
      return { ...live, volumes: replaced(live.volumes, volume?.id, { tags: Object.fromEntries(tags) }) }
    }
    case 'rule':
      return {
        ...live,
        securityGroups: live.securityGroups.map((known) => ({
          ...known,
          ingress: [
            ...known.ingress.slice(1),
            {
              protocol: 'tcp',
              fromPort: 9,
              toPort: 9,
              source: { kind: 'cidr', cidr: '192.0.2.0/24' },
              description: undefined,
            },
          ],
        })),
      }
    case 'way out':
      return {
        ...live,
        securityGroups: live.securityGroups.map((known) => ({
          ...known,
          egress: known.egress ? [...known.egress, everywhereRule] : [],
        })),
      }
    case 'route':
      return {
        ...live,
        ...(live.networks && {
          networks: live.networks.map((part) =>
            part.part === 'routes' ? { ...part, routes: [], subnetIds: [] } : part,
          ),
        }),
      }
    case 'part':
      return {
        ...live,
        ...(live.networks && {
          networks: live.networks
            .filter(({ part }) => part !== 'nat')
            .map((part) => (part.part === 'gateway' ? { ...part, vpcId: undefined } : part)),
        }),
      }
    case 'file':
      return {
        ...live,
        syncs: Object.fromEntries(
          Object.entries(live.syncs).map(([address, known]) => [
            address,
            known.kind === 'read' ? { ...known, filesChanged: 1 + known.filesChanged, bytes: 7 } : known,
          ]),
        ),
      }
    case 'unshare':
      return withImages(live, (versions) =>
        versions.map((version) => ({
          ...version,
          isPublic: false,
          sharedWith: ['999999999999'],
          description: 'by hand',
        })),
      )
    // An earlier run has begun it, and was cut off.
    case 'begin':
      return withImages(live, (versions) =>
        versions.map((version, index) =>
          index === pick % versions.length ? { ...version, state: 'pending' } : version,
        ),
      )
    case 'deregister':
      return withImages(live, (versions) => versions.filter((_version, index) => index !== pick % versions.length))
    case 'type':
      return {
        ...live,
        volumes: replaced(live.volumes, volume?.id, { type: 'gp2', iops: 100, throughputMiBps: undefined }),
      }
  }
}

/** The world after somebody's hand was on the versions of images. */
function withImages(
  live: LiveStack,
  change: (versions: LiveBuiltImage['versions']) => LiveBuiltImage['versions'],
): LiveStack {
  if (!live.builtImages) return live
  const builtImages = live.builtImages
    .map((image) => ({ ...image, versions: change(image.versions) }))
    .filter(({ versions }) => versions.length > 0)
    .map((image) => ({ ...image, id: image.versions[0]?.id ?? '', tags: image.versions[0]?.tags ?? {} }))
  return { ...live, builtImages }
}

/** Images of which an instance that has ended was launched. */
function unused(live: LiveStack, instanceId: string | undefined): Pick<LiveStack, 'builtImages'> {
  const { builtImages } = withImages(live, (versions) =>
    versions.map((version) => ({ ...version, usedBy: (version.usedBy ?? []).filter((id) => id !== instanceId) })),
  )
  return builtImages ? { builtImages } : {}
}

/** The world after an instance has lost its elastic address. */
function withoutAssociations(live: LiveStack, instanceId: string | undefined): LiveStack {
  if (instanceId === undefined || !live.elasticIps) return live
  return {
    ...live,
    servers: live.servers.map(({ elasticIp, ...server }) => {
      if (server.id !== instanceId) return { ...server, ...(elasticIp !== undefined && { elasticIp }) }
      return { ...server, publicIp: elasticIp === undefined ? server.publicIp : '198.51.100.13' }
    }),
    elasticIps: live.elasticIps.map((address) =>
      address.association?.instanceId === instanceId ? { ...address, association: undefined } : address,
    ),
  }
}
