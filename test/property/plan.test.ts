import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { makeCheckpointPlan } from '../../src/planner/snapshot-plan.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import type { VolumeSpec } from '../../src/model/kinds/volume.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import type { StepId, StepKind } from '../../src/model/steps/step.js'
import { broadStacks, now, withExtras, type BroadStack } from '../support/arbitrary-extras.js'
import { surroundings, withServing } from '../support/arbitrary-serving.js'
import { stacks as plainStacks, tampered, tamperings, type Tampering } from '../support/arbitrary-stack.js'
import { emptyLive, imagesFor } from '../support/live-stack.js'
import { applyPlan as applyHere, effects } from '../support/plan-effects.js'

const servingStacks = withServing(plainStacks)

/** In the same account: what nobody made is there as before. */
const applyPlan: typeof applyHere = (...given) => {
  const applied = applyHere(...given)
  return { ...applied, live: { ...applied.live, ...surroundings } }
}

/** Enough to find what was ever found here; PLAN_RUNS=3000 looks harder. */
const runs = { numRuns: Number(process.env['PLAN_RUNS'] ?? 120) }

/** A stack that was applied, was tampered with, and gets a new file. */
interface Story {
  readonly before: StackSpec
  readonly after: StackSpec
  readonly hands: readonly (readonly [Tampering, number])[]
}

const storiesOf = (stacks: fc.Arbitrary<StackSpec>): fc.Arbitrary<Story> =>
  fc.record({
    before: stacks,
    after: stacks,
    hands: fc.array(fc.tuple(fc.constantFrom(...tamperings), fc.nat(5)), { maxLength: 3 }),
  })
const stories = storiesOf(servingStacks)

/**
 * The same without what no apply can carry out, so that each of them is one to converge: nothing is protected, no volume
 * shrinks, and a filesystem stays what it is. That such wishes are refused is tested by the name of each.
 */
const applyableStories = stories.map(({ before, after, hands }): Story => {
  const free = (spec: StackSpec) => ({
    ...spec,
    servers: spec.servers.map((server) => ({ ...server, protect: false })),
    images: spec.images.map((image) => ({ ...image, protect: false })),
  })
  const volumes = after.volumes.map((volume): VolumeSpec => {
    const known = before.volumes.find(({ address }) => address === volume.address)
    if (!known) return volume
    const { fstype } = known
    // Never formatted, it would stay so for good: test/planner/volume-swap.test.ts has that one.
    const server = before.servers.find(({ address }) => address === known.server)
    const isFormatted = known.mount !== undefined && server?.state === 'running'
    const isStuck = !isFormatted && known.zone !== volume.zone
    if (isStuck) return { ...known, zone: volume.zone, tags: volume.tags, server: undefined }
    const mount =
      fstype === 'raw'
        ? undefined
        : (volume.mount ?? (volume.server && { ...plainMount, path: `/srv/${volume.address}` }))
    return { ...volume, fstype, mount, sizeGiB: Math.max(known.sizeGiB ?? 0, volume.sizeGiB ?? 0) }
  })
  // What a rule copies to must be mounted.
  const mounted = new Set(volumes.filter(({ mount }) => mount !== undefined).map(({ address }) => address))
  const syncs = after.syncs.filter(({ to }) => to.kind !== 'volume' || mounted.has(to.volume))
  return { before: free(before), after: { ...free(after), volumes, syncs }, hands }
})

const plainMount = { options: undefined, owner: undefined, mode: undefined }

/** Two stacks with everything that a file can have, one after the other. */
const tales = fc.tuple(broadStacks, broadStacks)

/** All kinds, from a table that the compiler keeps whole, but for what only a command asks for (test/planner/server-act-plan.test.ts), and what follows a run that was cut off (test/simulation/images.test.ts). */
const stepKinds = (Object.keys(effects) as readonly StepKind[]).filter(
  (kind) => kind !== 'reboot-server' && kind !== 'await-image',
)

describe('plans of random stacks', () => {
  it('have every kind of step that there is, and needs that are earlier, whatever is in them', () => {
    const counts = new Map<StepKind, number>(stepKinds.map((kind) => [kind, 0]))
    const plansSeen = (tale: readonly [BroadStack, BroadStack]) => {
      for (const plan of plansOf(tale)) {
        expect(disorderIn(plan)).toEqual([])
        for (const { kind } of plan.steps) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      }
    }
    // One seed: what is generated is the same at each run, so that a kind that is missing is missing for a reason.
    fc.assert(fc.property(tales, plansSeen), { seed: 2, numRuns: Math.max(150, runs.numRuns) })
    expect([...counts].filter(([, count]) => count < 3)).toEqual([])
  })

  it('are the same when the inputs come in another order', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.nat(1000)), (story, numbers) => {
        const world = worldOf(story)
        const shuffle = <T>(items: readonly T[]): readonly T[] =>
          items
            .map((item) => ({ item, key: numbers.next().value ?? 0 }))
            .sort((left, right) => left.key - right.key)
            .map(({ item }) => item)
        const { after } = story
        const spec: StackSpec = {
          ...after,
          securityGroups: shuffle(after.securityGroups).map((group) => ({ ...group, ingress: shuffle(group.ingress) })),
          servers: shuffle(after.servers).map((server) => ({
            ...server,
            securityGroups: shuffle(server.securityGroups),
            dependsOn: shuffle(server.dependsOn),
          })),
          elasticIps: shuffle(after.elasticIps),
          volumes: shuffle(after.volumes),
          syncs: shuffle(after.syncs),
        }
        const live: LiveStack = {
          ...world,
          zones: shuffle(world.zones),
          securityGroups: shuffle(world.securityGroups).map((group) => ({ ...group, ingress: shuffle(group.ingress) })),
          servers: shuffle(world.servers).map((server) => ({
            ...server,
            securityGroupIds: shuffle(server.securityGroupIds),
          })),
          ...(world.elasticIps && { elasticIps: shuffle(world.elasticIps) }),
          volumes: shuffle(world.volumes),
          snapshots: shuffle(world.snapshots),
          ledger: world.ledger && { ...world.ledger, addresses: shuffle(world.ledger.addresses) },
          hosts: Object.fromEntries(
            shuffle(Object.entries(world.hosts)).map(([address, facts]) => [
              address,
              facts.kind === 'read'
                ? { ...facts, devices: shuffle(facts.devices), mounts: shuffle(facts.mounts) }
                : facts,
            ]),
          ),
        }
        expect(JSON.stringify(makePlan(spec, live))).toBe(JSON.stringify(makePlan(after, world)))
      }),
      runs,
    )
  })

  it('are in order, whole, and take no data, whatever was applied before and whatever hands have done', () => {
    fc.assert(
      fc.property(stories, fc.boolean(), (story, destroys) => {
        const world = worldOf(story)
        const plan = makePlan(story.after, world)
        expect(disorderIn(plan)).toEqual([])
        expect(addressesWithoutOneChange(plan, story, world)).toEqual([])
        expect(formattedThoughUsed(plan, world)).toEqual([])
        expect(deletedWithoutLeave(plan, world, () => undefined)).toEqual([])
        if (!destroys) return
        const wordOf = (of: string) => story.after.volumes.find(({ address }) => address === of)?.onRemove
        expect(deletedWithoutLeave(makeDestroyPlan(story.after, world), world, wordOf)).toEqual([])
      }),
      runs,
    )
  })

  it('are empty after an apply, and heal what hands have done', () => {
    fc.assert(
      fc.property(applyableStories, (story) => {
        const world = worldOf(story)
        const { live, failed } = settle(story, world)
        expect(failed).toEqual([])
        expect(unfinished(makePlan(story.after, live))).toEqual([])
      }),
      runs,
    )
  })

  it('converge from wherever an apply was cut off', () => {
    fc.assert(
      fc.property(applyableStories, fc.nat(40), (story, stepsMax) => {
        const world = worldOf(story)
        const plan = makePlan(story.after, world)
        const cut = applyPlan(plan, world, stepsMax, 3)
        const { live, failed } = settle(story, cut.live)
        expect(failed).toEqual([])
        expect(unfinished(makePlan(story.after, live))).toEqual([])
        expect(lostData(world, live)).toEqual([])
      }),
      runs,
    )
  })

  it('leave nothing but snapshots and kept volumes after a destroy, with and without the file', () => {
    fc.assert(
      fc.property(applyableStories, fc.boolean(), (story, hasFile) => {
        const world = worldOf({ ...story, hands: [] })
        const plan = makeDestroyPlan(hasFile ? story.before : undefined, world)
        expect(plan.applyable).toBe(true)
        const { live, failed } = applyPlan(plan, world, Infinity, 5)
        expect(failed).toEqual([])
        expect(
          [
            live.servers,
            live.elasticIps ?? [],
            live.interfaces ?? [],
            live.loadBalancers ?? [],
            live.scalingGroups ?? [],
            live.builtImages ?? [],
            live.securityGroups,
            live.keyPairs,
            live.ledger ?? [],
          ].flat(),
        ).toEqual([])
        expect(live.volumes.filter(({ tags }) => tags[tagKeys.retained] === undefined)).toEqual([])
        expect(makeDestroyPlan(undefined, live).steps).toEqual([])
      }),
      runs,
    )
  })
})

/**
 * Applies until it is done: once, and twice where a volume's record was taken away. That one is not formatted before a
 * probe has shown that it is blank, which takes an attachment.
 */
function settle(
  { after, hands }: Story,
  world: LiveStack,
): { readonly live: LiveStack; readonly failed: readonly string[] } {
  const first = applyPlan(makePlan(after, world), world, Infinity, 4)
  if (first.failed.length === 0 || !hands.some(([tampering]) => tampering === 'untag')) return first
  return applyPlan(makePlan(after, first.live), first.live, Infinity, 5)
}

function worldOf({ before, after, hands }: Story): LiveStack {
  const images = { ...imagesFor(before), ...imagesFor(after) }
  const nothing = {
    ...emptyLive(before, { images, ...surroundings }),
    syncs: { ...emptyLive(before).syncs, ...emptyLive(after).syncs },
  }
  const { live, failed } = applyPlan(makePlan(before, nothing, { run: 'run-1' }), nothing)
  expect(failed).toEqual([])
  return hands.reduce((world, [tampering, pick]) => tampered(world, tampering, pick), live)
}

/** The plans of a stack's life: from nothing, to another stack, a checkpoint, and its end. */
function plansOf([before, after]: readonly [BroadStack, BroadStack]): readonly Plan[] {
  const images = { ...imagesFor(before.spec), ...imagesFor(after.spec) }
  const nothing = withExtras(emptyLive(before.spec, { images, ...surroundings }), before)
  const first = makePlan(before.spec, nothing, { run: 'run-1', now })
  const { live } = applyPlan(first, nothing)
  const checkpoint = live.volumes.length === 0 ? [] : [makeCheckpointPlan(before.spec, live, 'monday', { now })]
  const world = withExtras(live, after)
  return [first, makePlan(after.spec, world, { run: 'run-2', now }), ...checkpoint, makeDestroyPlan(before.spec, live)]
}

/** Steps that stand twice, whose needs are not sorted, or that need one which is not there, or comes later. */
function disorderIn({ steps }: Plan): readonly string[] {
  const done = new Set<string>()
  return steps.flatMap(({ id, needs }) => {
    const isSound =
      !done.has(id) && needs.every((need, at) => done.has(need) && (at === 0 || (needs[at - 1] as string) <= need))
    done.add(id)
    return isSound ? [] : [id]
  })
}

/** Addresses of the file and of what is live of which there is no change, and those of which there are two. */
function addressesWithoutOneChange({ changes }: Plan, { after }: Story, live: LiveStack): readonly string[] {
  const { keyPairs, securityGroups, servers, elasticIps, volumes, syncs } = after
  const ours = live.volumes.filter(({ tags }) => tags[tagKeys.retained] === undefined)
  const lists = [keyPairs, securityGroups, servers, elasticIps, volumes, syncs, ours]
  const wanted = [...lists, live.keyPairs, live.securityGroups, live.servers, live.elasticIps ?? []].flatMap((list) =>
    list.map(({ address }) => address),
  )
  const told = changes.map(({ address }) => address)
  const twice = told.filter((address, at) => told.indexOf(address) !== at)
  return [...twice, ...new Set(wanted.filter((address) => !told.includes(address)))]
}

/** Volumes that are formatted though they were not made blank, have something on them, or were formatted before. */
function formattedThoughUsed({ steps }: Plan, { volumes, hosts }: LiveStack): readonly string[] {
  const devices = Object.values(hosts).flatMap((facts) => (facts.kind === 'read' ? facts.devices : []))
  return steps.flatMap(({ kind, address }) => {
    if (kind !== 'make-filesystem') return []
    const live = volumes.find((volume) => volume.address === address && volume.tags[tagKeys.retained] === undefined)
    const device = devices.find(({ volumeId }) => volumeId === live?.id)
    const isBlank = live === undefined || live.tags[tagKeys.origin] === 'blank'
    const wasFormatted = / fs=/.test(live?.tags[tagKeys.applied] ?? '')
    return isBlank && !wasFormatted && device?.content === undefined ? [] : [address]
  })
}

/** Deletions of volumes that come neither after a snapshot nor after another has their place, where no word says `delete`. */
function deletedWithoutLeave(
  { steps }: Plan,
  { volumes }: LiveStack,
  wordOf: (address: string) => string | undefined,
): readonly string[] {
  const swapped = new Set(steps.flatMap((step) => (step.kind === 'supersede-volume' ? step.volumeId : [])))
  return steps.flatMap((step) => {
    if (step.kind !== 'delete-volume') return []
    const { address, volumeId, needs, impact } = step
    const rule = wordOf(address) ?? volumes.find(({ id }) => id === volumeId)?.tags[tagKeys.onRemove]
    const needsOne = (...ids: readonly string[]) => ids.some((id) => needs.includes(id as StepId))
    const isRight = swapped.has(volumeId)
      ? needsOne(`create-volume:${address}`, `verify-volume:${address}`)
      : rule === 'delete'
        ? impact === 'data-loss'
        : needsOne(`create-snapshot:${address}`)
    return isRight ? [] : [step.id]
  })
}

function unfinished({ changes, steps }: Plan): readonly unknown[] {
  return [...steps.map(({ id }) => id), ...changes.filter(({ kind }) => kind !== 'none')]
}

/** Volumes that held a filesystem and are gone without a snapshot, though nobody said delete. */
function lostData(before: LiveStack, after: LiveStack): readonly string[] {
  return before.volumes
    .filter(({ tags }) => /(?:^| )fs=/.test(tags[tagKeys.applied] ?? '') && tags[tagKeys.onRemove] !== 'delete')
    .filter(({ id }) => !after.volumes.some((volume) => volume.id === id))
    .filter(({ id }) => !after.snapshots.some((snapshot) => snapshot.volumeId === id))
    .map(({ id }) => id)
}
