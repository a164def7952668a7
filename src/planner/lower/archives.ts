import { displayName, type Address } from '../../model/address.js'
import type { LiveTemporary } from '../../model/kinds/archive.js'
import type { LiveSnapshot } from '../../model/kinds/volume-snapshot.js'
import { loginUser } from '../../model/inside/login-user.js'
import { nameTag } from '../../model/names.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { tagKeys } from '../../model/tags.js'
import type { ArchiveDecision, NewVersion } from '../decide/archives/archive-decision.js'
import { existingIds, keyNameOf } from '../decide/servers/server-properties.js'
import type { StepGraph } from '../graph/step-graph.js'
import type { World } from '../world.js'
import type { Lowering } from './lowering.js'
import { narrowedSteps } from './security-groups.js'
import { archiveUuid, temporaryTags, versionTags } from './archive-tags.js'

/** Lowers what becomes of the archives: what was left behind goes first, then comes the new version, then old ones go. */
export function lowerArchives({ graph, world, decisions }: Lowering): void {
  for (const decision of decisions.archives.values()) lowerArchive(graph, world, decision)
}

function lowerArchive(graph: StepGraph, world: World, decision: ArchiveDecision): void {
  switch (decision.kind) {
    case 'create':
    case 'update':
      lowerLeftovers(graph, decision.address, decision.leftovers)
      if (decision.version) lowerVersion(graph, world, decision.version)
      lowerPruning(graph, decision.address, decision.pruned)
      return
    case 'remove':
    case 'leave':
    case 'refuse':
      lowerLeftovers(graph, decision.address, decision.leftovers)
      return
    case 'keep':
  }
}

/** Older versions go after the new one is completed. */
function lowerPruning(graph: StepGraph, address: Address, pruned: readonly LiveSnapshot[]): void {
  const needs = [stepId('create-snapshot', address)]
  for (const { id } of pruned) graph.add('delete-snapshot', address, { snapshotId: id }, { needs, suffix: id })
}

function lowerLeftovers(graph: StepGraph, address: Address, found: readonly LiveTemporary[]): void {
  if (found.length === 0) return
  const idsOf = (kind: LiveTemporary['kind']) => found.filter((one) => one.kind === kind).map(({ id }) => id)
  const fields = { instanceIds: idsOf('server'), volumeIds: idsOf('volume') }
  graph.add('remove-temporary', address, fields, { suffix: leftovers })
}

const leftovers = 'leftovers'

/**
 * A temporary server, a volume from the last version, the copy, the snapshot. The clean-up comes last and comes in any
 * case: also when a step before it fails, and when the run is interrupted.
 */
function lowerVersion(graph: StepGraph, world: World, version: NewVersion): void {
  const { spec, base, place } = version
  const { address } = spec
  const bound = volumeBinding(address)
  const mount = { path: `/mnt/evenkeel/${displayName(address)}`, options: undefined, owner: undefined, mode: undefined }
  const isBlank = base === undefined
  const server = address
  const on = { server, fstype: spec.fstype, bound }
  const isReady = (...before: StepId[]) => ({ needs: [stepId('connect-host', address), ...before] })
  const cleared = [stepId('remove-temporary', address, leftovers)]

  const own: StepId[] = [
    lowerServer(graph, world, version, cleared),
    graph.add(
      'connect-host',
      address,
      {},
      {
        needs: [
          stepId('create-server', address),
          ...spec.server.securityGroups.map((group) => stepId('authorize-ingress', group)),
        ],
      },
    ),
    graph.add(
      'create-volume',
      address,
      {
        zone: place.zone,
        sizeGiB: version.sizeGiB,
        type: 'gp3',
        iops: undefined,
        throughputMiBps: undefined,
        encrypted: undefined,
        kmsKey: undefined,
        snapshotId: base?.id,
        tags: { ...temporaryTags(world, spec), [tagKeys.origin]: base?.id ?? 'blank' },
        bound,
      },
      { needs: cleared },
    ),
  ]
  const attached = graph.add(
    'attach-volume',
    address,
    { volumeId: undefined, server, bound },
    { needs: [stepId('create-volume', address), stepId('create-server', address)] },
  )
  own.push(attached)
  if (isBlank) {
    const uuid = archiveUuid(world.spec.stack, address)
    own.push(graph.add('make-filesystem', address, { ...on, label: undefined, uuid }, isReady(attached)))
  }
  const mounted = graph.add(
    'mount-volume',
    address,
    { ...on, mount, fresh: isBlank },
    isReady(attached, stepId('make-filesystem', address)),
  )
  own.push(mounted)
  if (base && version.sizeGiB > base.sizeGiB) {
    own.push(graph.add('grow-filesystem', address, { ...on, mountPath: mount.path }, isReady(mounted)))
  }
  const copied = graph.add(
    'copy-files',
    address,
    {
      server,
      destination: `${mount.path}/`,
      mounted: [{ volume: bound, mountPath: mount.path }],
      source: withSlash(spec.from),
      delete: true,
      exclude: spec.exclude,
      keepAll: true,
      expectedBytes: isBlank ? version.tree.bytes : undefined,
      expectedFiles: isBlank ? version.tree.files : undefined,
    },
    isReady(mounted, stepId('grow-filesystem', address)),
  )
  const unmounted = graph.add('unmount-volume', address, { volumeId: undefined, server, bound }, isReady(copied))
  const taken = graph.add(
    'create-snapshot',
    address,
    {
      volumeId: undefined,
      description: `${nameTag(world.spec.stack, address)}, version ${version.number}`,
      tags: versionTags(world, version),
      bound,
    },
    { needs: [unmounted] },
  )
  const cleansAfter = [...own, copied, unmounted, taken]
  graph.add('remove-temporary', address, { instanceIds: [], volumeIds: [], bound, cleansAfter }, { needs: [taken] })
}

/** Under what the temporary volume is bound: the archive's own address stands for its server. */
function volumeBinding(address: Address): Address {
  return `${address}/volume` as Address
}

function lowerServer(graph: StepGraph, world: World, { spec, place }: NewVersion, needs: readonly StepId[]): StepId {
  const { address, server } = spec
  const { image, subnet, zone } = place
  const tags = temporaryTags(world, spec)
  return graph.add(
    'create-server',
    address,
    {
      imageId: image.id,
      rootDeviceName: image.rootDeviceName,
      type: server.type,
      zone: subnet ? undefined : zone,
      subnetId: subnet?.id,
      keyPair: server.keyPair,
      keyName: keyNameOf(world, server),
      user: loginUser(server, image),
      securityGroups: server.securityGroups,
      ...existingIds(world, server),
      rootVolume: server.rootVolume,
      userData: undefined,
      protect: false,
      tags,
      rootVolumeTags: { ...tags, [tagKeys.role]: 'root' },
    },
    {
      needs: [
        ...needs,
        stepId('import-key-pair', server.keyPair),
        ...server.securityGroups.flatMap((group) => [stepId('create-security-group', group), ...narrowedSteps(group)]),
      ],
    },
  )
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}
