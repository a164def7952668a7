import type { Address } from '../../model/address.js'
import type { StepId, StepKind } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Builder, ImageDecision, NewVersion, PlannedImage } from '../decide/images/image-decision.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'

/** Behind the ids of steps that bring a server to rest for an image, and back. */
const rest = 'image'

/** Lowers what becomes of the images. */
export function lowerImages(lowering: Lowering): void {
  for (const decision of lowering.decisions.images.values()) {
    if (isPlanned(decision)) lowerImage(lowering, decision)
  }
}

/**
 * What is done inside a server that rests for an image, or to it, is done before; what itself waits for the image, afterwards.
 * Called when every other step is planned.
 */
export function settleResting({ graph, decisions }: Lowering): void {
  const work = new Map<Address, { readonly instanceId: string | undefined; readonly images: StepId[] }>()
  for (const decision of decisions.images.values()) {
    const builder = isPlanned(decision) ? decision.makes?.builder : undefined
    if (builder?.runs !== true) continue
    const { server, instanceId } = builder
    const known = work.get(server)?.images ?? []
    work.set(server, { instanceId, images: [...known, stepId('create-image', decision.address)] })
  }
  for (const [server, { instanceId, images }] of work) {
    // Also where an image could not be made: a server is not left at rest for that.
    const rested = [stepId('stop-server', server, rest), ...images]
    const starting = { instanceId, cleansAfter: rested }
    const started = graph.add('start-server', server, starting, { suffix: rest, needs: rested })
    const isEnteredAgain = graph.around(server, {
      own: own.map((kind) => stepId(kind, server)),
      before: stepId('stop-server', server, rest),
      work: images,
      after: [started, stepId('connect-host', server, rest)],
    })
    if (isEnteredAgain) graph.add('connect-host', server, {}, { suffix: rest, needs: [started] })
  }
}

/** What is done with a server from outside of it. */
const own = ['create-server', 'start-server', 'stop-server', 'modify-server'] as const satisfies readonly StepKind[]

/** The steps after which servers can be launched of an image. */
export function readyImage(image: Address): readonly StepId[] {
  return [stepId('create-image', image), stepId('register-image', image), stepId('await-image', image)]
}

/** The steps for which a server rests that an earlier run has stopped for an image: it starts after them. */
export function restingFor({ world, decisions }: Lowering, server: Address): readonly StepId[] {
  return world.spec.images.flatMap(({ address, source }) => {
    const decision = decisions.images.get(address)
    const isAwaited = source.kind === 'server' && source.server === server && decision && isPlanned(decision)
    return isAwaited && decision.awaits.length > 0 ? [stepId('await-image', address)] : []
  })
}

function isPlanned(decision: ImageDecision): decision is PlannedImage {
  return decision.kind !== 'refuse' && decision.kind !== 'leave'
}

function lowerImage(lowering: Lowering, decision: PlannedImage): void {
  const { graph } = lowering
  const { address, makes, awaits, copies, modifies, removes, strays, kind } = decision
  for (const { imageId, region } of awaits) {
    graph.add('await-image', address, { imageId, ...(region !== undefined && { region }) }, suffixOf(region))
  }
  if (makes) addVersion(lowering, address, makes)
  const elsewhere = new Set(copies.map(({ region }) => region))
  // What is new is there before anything of the same place goes, but for what failed under its name.
  const made = (region: string | undefined) => [
    ...readyImage(address),
    ...(region === undefined ? [] : [stepId('copy-image', address, region)]),
  ]
  // The image's own tags tell where copies of it are: where the last version goes, it goes after them.
  const copiesGone =
    kind === 'remove'
      ? removes
          .filter(({ region }) => region !== undefined)
          .map(({ imageId }) => stepId('deregister-image', address, imageId))
      : []
  for (const { imageId, region, after, isFailed } of removes) {
    const needs = [
      ...(isFailed ? [] : made(region)),
      ...(region === undefined ? copiesGone : []),
      ...after.map(({ server, instanceId }) => terminationOf(lowering, server, instanceId)),
    ]
    const impact = kind === 'remove' ? 'data-loss' : 'none'
    graph.add(
      'deregister-image',
      address,
      { imageId, ...(region !== undefined && { region }) },
      { suffix: imageId, needs, impact },
    )
  }
  for (const { imageId, region, ...changes } of modifies) {
    const isHere = region === undefined
    const needs = [
      stepId('await-image', address, region),
      // Where copies may be is not forgotten before they have gone.
      ...removes.flatMap((removal) =>
        isHere && removal.region !== undefined && !elsewhere.has(removal.region)
          ? [stepId('deregister-image', address, removal.imageId)]
          : [],
      ),
    ]
    graph.add(
      'modify-image',
      address,
      { imageId, ...(region !== undefined && { region }), ...changes },
      { suffix: imageId, needs },
    )
  }
  const noted = modifies
    .filter(({ region }) => region === undefined)
    .map(({ imageId }) => stepId('modify-image', address, imageId))
  for (const { region, imageId, ...copy } of copies) {
    const failed = removes
      .filter((removal) => removal.isFailed)
      .map((removal) => stepId('deregister-image', address, removal.imageId))
    const needs = [...readyImage(address), ...noted, ...failed]
    graph.add('copy-image', address, { imageId, region, ...copy }, { suffix: region, needs })
  }
  const gone = removes.map(({ imageId }) => stepId('deregister-image', address, imageId))
  for (const snapshotId of strays) {
    graph.add(
      'delete-snapshot',
      address,
      { snapshotId },
      { suffix: snapshotId, needs: gone, impact: kind === 'remove' ? 'data-loss' : 'none' },
    )
  }
}

function addVersion(lowering: Lowering, address: Address, { source, builder, ...image }: NewVersion): void {
  const { graph } = lowering
  if (source.kind === 'snapshot') {
    const { snapshotId, architecture, rootDeviceName, bootMode } = source
    const root = { snapshotId, architecture, rootDeviceName, ...(bootMode !== undefined && { bootMode }) }
    graph.add('register-image', address, { ...image, ...root }, { needs: [stepId('await-image', address)] })
    return
  }
  if (builder) addBuilding(lowering, address, image, builder)
}

function addBuilding(
  { graph }: Lowering,
  address: Address,
  image: Omit<NewVersion, 'source' | 'builder'>,
  { server, instanceId, runs }: Builder,
): void {
  const stop = stepId('stop-server', server, rest)
  const ready = [
    stepId('await-image', address),
    ...own.map((kind) => stepId(kind, server)),
    stepId('run-setup', server),
  ]
  if (runs)
    graph.add(
      'stop-server',
      server,
      { instanceId },
      { suffix: rest, needs: ready, impact: instanceId === undefined ? 'none' : 'downtime' },
    )
  graph.add('create-image', address, { ...image, server, instanceId }, { needs: [...ready, stop] })
}

function suffixOf(region: string | undefined): { readonly suffix?: string } {
  return region === undefined ? {} : { suffix: region }
}
