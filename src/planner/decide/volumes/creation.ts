import type { AppliedRecord } from '../../../model/applied.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { recordOf } from '../../compare/comparison.js'
import { creationTags } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, refused, type Refuse } from '../decided.js'
import { unknownZone } from '../servers/placement.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { decideInside, type InsideFindings } from './inside-work.js'
import type { Creation, VolumeOrigin } from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'
import { performanceOf, volumeWords } from './volume-properties.js'
import { firstRecord, volumeTags } from './volume-record.js'
import { growthProblem, zoneProblem } from './volume-refusals.js'

/** Stands in the origin tag until the snapshot is known; the step that makes the volume puts the snapshot's id there. */
const originToCome = 'snapshot'

/** Where a volume will be made; a refusal where it cannot be. */
export function creationZone(
  world: World,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  zone: string | undefined,
  origin: VolumeOrigin | undefined,
): string | Refuse {
  const { address } = spec
  if (zone === undefined) {
    const message = `no zone of ${world.live.stack.region} is available`
    return refused(address, [errorOf(address, 'PLAN_ZONE_NOT_FOUND', message)])
  }
  const unknown = unknownZone(world, spec, spec.zone)
  if (unknown) return refused(address, [unknown])
  if (server?.zone !== undefined && server.zone !== zone) return refused(address, [zoneProblem(spec, zone, server)])
  const problem = origin && originProblem(spec, server, origin)
  return problem ? refused(address, [problem]) : zone
}

function originProblem(
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  { id, sizeGiB }: VolumeOrigin,
): Problem | undefined {
  const { address } = spec
  if (spec.sizeGiB !== undefined && spec.sizeGiB < sizeGiB) {
    const name = id === undefined ? 'what it holds,' : `the snapshot ${id} of`
    const message = `${address}: ${spec.sizeGiB} GiB are too few for ${name} ${sizeGiB} GiB`
    return inEntry(errorOf(address, 'PLAN_VOLUME_SHRINK', message, `write size: ${sizeGiB} or more`), 'size')
  }
  return growthProblem(spec, server, sizeGiB, id === undefined ? 'what it holds' : `the snapshot ${id}`)
}

/** How a volume is made, and what happens inside its server once it is there. */
export function decideCreation(
  inputs: VolumeInputs,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  zone: string,
  origin: VolumeOrigin | undefined,
): { readonly creation: Creation; readonly inside: InsideFindings | undefined } {
  const { world, copies } = inputs
  const originTag = origin ? (origin.id ?? originToCome) : 'blank'
  const isLarger = origin !== undefined && spec.sizeGiB !== undefined && spec.sizeGiB > origin.sizeGiB
  const grows = isLarger && server !== undefined
  const outside = recordOf(world.digest, volumeWords(spec))
  // A size that the filesystem has yet to follow is recorded when it has, so that a crash in between is made good.
  const created = grows ? withoutSize(outside) : outside
  const inside =
    server &&
    decideInside(inputs, {
      spec,
      server,
      live: undefined,
      origin: originTag,
      arrives: true,
      grows,
      displacedBy: undefined,
    })
  const record = inside && { ...outside, ...serverRecord(world, spec), ...inside.record }
  const creation: Creation = {
    zone,
    sizeGiB: spec.sizeGiB,
    type: spec.type,
    ...performanceOf(spec, undefined),
    encrypted: spec.encrypted,
    kmsKey: spec.kmsKey,
    origin,
    tags: {
      ...creationTags(world, volumeTags(world, spec, originTag), created),
      ...copies.records.get(spec.address),
    },
    arrivesAt: server?.address,
    tagging: record && firstRecord(spec, record),
  }
  return { creation, inside }
}

/** What is recorded of the server that a volume belongs to. */
export function serverRecord(world: World, spec: VolumeSpec): AppliedRecord {
  return recordOf(world.digest, [{ key: 'server', word: spec.server }])
}

function withoutSize(record: AppliedRecord): AppliedRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'size'))
}
