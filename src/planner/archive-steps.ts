import { required } from '../core/assert.js'
import { displayName, type Address } from '../model/address.js'
import type { ArchiveSpec } from '../model/stack-spec.js'
import { archiveUuid, versionTags } from './archive-versions.js'
import type { LiveSnapshot, LiveTemporary, TreeFacts } from '../model/live-stack.js'
import { loginUser } from '../model/login-user.js'
import { nameTag } from '../model/names.js'
import type { Planning } from './planning.js'
import { imageOf, keyNameOf, subnetOf } from './decide/servers/server-properties.js'
import { stepId } from '../model/step-id.js'
import type { StepId } from '../model/step.js'
import { tagKeys, type Tags } from '../model/tags.js'

/** A version that is to be made. */
export interface NewVersion {
  readonly number: number
  readonly source: string
  readonly tree: TreeFacts
  readonly sizeGiB: number
  readonly zone: string
  /** The version that the volume is made from; undefined: blank. */
  readonly base: LiveSnapshot | undefined
}

/** What a run that was cut off left behind goes before anything else of the archive is done. */
export function addLeftoverRemoval(planning: Planning, address: Address, found: readonly LiveTemporary[]): void {
  const idsOf = (kind: LiveTemporary['kind']) => found.filter((one) => one.kind === kind).map(({ id }) => id)
  planning.steps.add(
    'remove-temporary',
    address,
    { instanceIds: idsOf('server'), volumeIds: idsOf('volume') },
    { suffix: leftovers },
  )
}

const leftovers = 'leftovers'

/**
 * A temporary server, a volume from the last version, the copy, the snapshot. The clean-up comes last and comes in any
 * case: also when a step before it fails, and when the run is interrupted.
 */
export function addVersion(planning: Planning, spec: ArchiveSpec, version: NewVersion): void {
  const { steps } = planning
  const { address } = spec
  const bound = volumeBinding(address)
  const mount = { path: `/mnt/evenkeel/${displayName(address)}`, options: undefined, owner: undefined, mode: undefined }
  const { base } = version
  const isBlank = base === undefined
  const server = address
  const on = { server, fstype: spec.fstype, bound }
  const isReady = (...before: StepId[]) => ({ needs: [stepId('connect-host', address), ...before] })

  const steppedBefore = [stepId('remove-temporary', address, leftovers)]
  addServer(planning, spec, version.zone, steppedBefore)
  steps.add(
    'connect-host',
    address,
    {},
    {
      needs: [
        stepId('create-server', address),
        ...spec.server.securityGroups.map((group) => stepId('authorize-ingress', group)),
      ],
    },
  )
  steps.add(
    'create-volume',
    address,
    {
      zone: version.zone,
      sizeGiB: version.sizeGiB,
      type: 'gp3',
      iops: undefined,
      throughputMiBps: undefined,
      encrypted: undefined,
      kmsKey: undefined,
      snapshotId: base?.id,
      tags: { ...temporaryTags(planning, spec), [tagKeys.origin]: base?.id ?? 'blank' },
      bound,
    },
    { needs: steppedBefore },
  )
  const attached = steps.add(
    'attach-volume',
    address,
    { volumeId: undefined, server, bound },
    { needs: [stepId('create-volume', address), stepId('create-server', address)] },
  )
  if (isBlank) {
    const uuid = archiveUuid(planning.spec.stack, address)
    steps.add('make-filesystem', address, { ...on, label: undefined, uuid }, isReady(attached))
  }
  const mounted = steps.add(
    'mount-volume',
    address,
    { ...on, mount, fresh: isBlank },
    isReady(attached, stepId('make-filesystem', address)),
  )
  if (base && version.sizeGiB > base.sizeGiB) {
    steps.add('grow-filesystem', address, { ...on, mountPath: mount.path }, isReady(mounted))
  }
  const copied = steps.add(
    'copy-files',
    address,
    {
      server,
      destination: `${mount.path}/`,
      mounted: { volume: bound, mountPath: mount.path },
      source: withSlash(spec.from),
      delete: true,
      exclude: spec.exclude,
      keepAll: true,
      expectedBytes: isBlank ? version.tree.bytes : undefined,
      expectedFiles: isBlank ? version.tree.files : undefined,
    },
    isReady(mounted, stepId('grow-filesystem', address)),
  )
  const unmounted = steps.add('unmount-volume', address, { volumeId: undefined, server, bound }, isReady(copied))
  const taken = steps.add(
    'create-snapshot',
    address,
    {
      volumeId: undefined,
      description: `${nameTag(planning.spec.stack, address)}, version ${version.number}`,
      tags: versionTags(planning, spec, version),
      bound,
    },
    { needs: [unmounted] },
  )
  planning.versions.set(address, { number: version.number, step: taken, sizeGiB: version.sizeGiB })
  const begun = ownSteps.map((kind) => stepId(kind, address)).filter((id) => steps.has(id))
  steps.add(
    'remove-temporary',
    address,
    { instanceIds: [], volumeIds: [], bound, cleansAfter: begun },
    { needs: [taken] },
  )
}

/** Every kind of step that one archive has before its clean-up. */
const ownSteps = [
  'create-server',
  'connect-host',
  'create-volume',
  'attach-volume',
  'make-filesystem',
  'mount-volume',
  'grow-filesystem',
  'copy-files',
  'unmount-volume',
  'create-snapshot',
] as const

/** Older versions go after the new one is completed. */
export function addPruning(planning: Planning, { address }: ArchiveSpec, versions: readonly LiveSnapshot[]): void {
  for (const { id } of versions) {
    const needs = [stepId('create-snapshot', address)]
    planning.steps.add('delete-snapshot', address, { snapshotId: id }, { needs, suffix: id })
  }
}

/** Under what the temporary volume is bound: the archive's own address stands for its server. */
function volumeBinding(address: Address): Address {
  return `${address}/volume` as Address
}

function addServer(planning: Planning, spec: ArchiveSpec, zone: string, needs: readonly StepId[]): void {
  const { address, server } = spec
  const image = required(imageOf(planning, server), 'image')
  const subnet = subnetOf(planning, server)
  planning.steps.add(
    'create-server',
    address,
    {
      imageId: image.id,
      rootDeviceName: image.rootDeviceName,
      type: server.type,
      zone: subnet ? undefined : zone,
      subnetId: subnet?.id,
      keyPair: server.keyPair,
      keyName: keyNameOf(planning, server.keyPair),
      user: loginUser(server, image),
      securityGroups: server.securityGroups,
      rootVolume: server.rootVolume,
      userData: undefined,
      protect: false,
      tags: temporaryTags(planning, spec),
      rootVolumeTags: { ...temporaryTags(planning, spec), [tagKeys.role]: 'root' },
    },
    {
      needs: [
        ...needs,
        stepId('import-key-pair', server.keyPair),
        ...server.securityGroups.map((group) => stepId('create-security-group', group)),
      ],
    },
  )
}

/** By these the next plan knows what a run that was cut off left behind. */
function temporaryTags(planning: Planning, { address, tags }: ArchiveSpec): Tags {
  const { stack } = planning.spec
  const { run } = planning.options
  return {
    ...tags,
    [tagKeys.name]: nameTag(stack, address),
    [tagKeys.stack]: stack,
    [tagKeys.address]: address,
    [tagKeys.role]: 'temporary',
    ...(run === undefined ? {} : { [tagKeys.run]: run }),
  }
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}
