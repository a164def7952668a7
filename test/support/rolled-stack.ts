import type { Address } from '../../src/model/address.js'
import type { LiveServer } from '../../src/model/kinds/server.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import type { Step, StepOf } from '../../src/model/steps/step.js'
import { effects } from './plan-effects.js'
import { Refused, World } from './plan-effects/world.js'

/** Instances of which somebody has seen, since they were started the last time, that what runs on them works. */
export type Healthy = ReadonlySet<string>

/** What a run comes to: the world after it, and how many members were out of service at most. */
export interface Rolled {
  readonly live: LiveStack
  readonly healthy: Healthy
  readonly outMost: number
  readonly failed: readonly string[]
  readonly isWhole: boolean
}

/**
 * Carries a plan out in some order that obeys its needs: of the steps that may start, the one that `choose` says. It ends
 * after `stepsMax` steps, as a kill would end it. `isWell` says whether a health check passes. A member serves while one
 * instance of it runs, was found healthy, has all volumes that the file gives the member, mounted, and its elastic address.
 */
export function rollOut(
  plan: Plan,
  spec: StackSpec,
  before: { readonly live: LiveStack; readonly healthy: Healthy },
  how: {
    readonly choose: (count: number) => number
    readonly stepsMax?: number
    readonly isWell?: (step: StepOf<'check-health'>) => boolean
    readonly generation: number
  },
): Rolled {
  const world = new World(before.live, plan, how.generation)
  const healthy = new Set(before.healthy)
  const done = new Set<string>()
  const failed: string[] = []
  const out = () => membersOut(spec, world, healthy).length
  let outMost = out()
  let steps = 0
  for (; steps < (how.stepsMax ?? Infinity); steps += 1) {
    const ready = plan.steps.filter((step) => isReady(step, done, failed))
    const step = ready[how.choose(ready.length)]
    if (!step) break
    try {
      if (step.kind === 'check-health' && how.isWell?.(step) === false) throw new Refused('unhealthy')
      const effect = effects[step.kind] as (world: World, step: Step) => void
      effect(world, step)
      done.add(step.id)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      failed.push(step.id)
    }
    if (step.kind === 'check-health' && done.has(step.id)) healthy.add(world.idOf(step.server))
    if (step.kind === 'start-server') healthy.delete(world.idOf(step.address))
    outMost = Math.max(outMost, out())
  }
  const isWhole = done.size === plan.steps.length
  return { live: world.observe(isWhole ? plan.ledger.after : undefined), healthy, outMost, failed, isWhole }
}

/** The members of counts that roll of which no instance serves. */
function membersOut(spec: StackSpec, world: World, healthy: Healthy): readonly Address[] {
  const serving = world.servers.filter((server) => serves(spec, world, server, healthy)).map(({ address }) => address)
  return spec.servers.flatMap(({ address, rolling }) => (rolling && !serving.includes(address) ? [address] : []))
}

function serves(spec: StackSpec, world: World, { address, id, state }: LiveServer, healthy: Healthy): boolean {
  const volumes = spec.volumes.filter(({ server }) => server === address)
  const own = spec.elasticIps.find(({ server }) => server === address)
  const isMounted = (volume: Address) => {
    const live = world.volumes.find((known) => known.address === volume)
    return (
      live?.attachment?.instanceId === id &&
      (world.disks.get(id)?.mounts ?? []).some(({ volumeId }) => volumeId === live.id)
    )
  }
  return (
    state === 'running' &&
    healthy.has(id) &&
    volumes.every((volume) => isMounted(volume.address)) &&
    (!own || world.elasticIps.some((ip) => ip.address === own.address && ip.association?.instanceId === id))
  )
}

function isReady({ id, needs }: Step, done: ReadonlySet<string>, failed: readonly string[]): boolean {
  return !done.has(id) && !failed.includes(id) && needs.every((need) => done.has(need))
}
