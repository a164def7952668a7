import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import type { StepKind, StepOf } from '../../src/model/steps/step.js'
import { copyEffects } from './plan-effects/copies.js'
import { placementGroupEffects } from './plan-effects/placement-groups.js'
import { elasticIpEffects } from './plan-effects/elastic-ips.js'
import { filesystemEffects } from './plan-effects/filesystems.js'
import { imageEffects } from './plan-effects/images.js'
import { scalingGroupEffects } from './plan-effects/scaling-groups.js'
import { interfaceEffects } from './plan-effects/interfaces.js'
import { loadBalancerEffects } from './plan-effects/load-balancers.js'
import { networkEffects } from './plan-effects/network.js'
import { networkPartEffects } from './plan-effects/networks.js'
import { serverEffects } from './plan-effects/servers.js'
import { snapshotEffects } from './plan-effects/snapshots.js'
import { tagEffects } from './plan-effects/tags.js'
import { volumeEffects } from './plan-effects/volumes.js'
import { Refused, World } from './plan-effects/world.js'

/** `failed` holds the steps that failed, or were blocked by one that did. */
export interface Applied {
  readonly live: LiveStack
  readonly failed: readonly string[]
}

/**
 * A pure model of what an apply does: every step's effect on the LiveStack, in plan order. `stepsMax` cuts it off there,
 * as a crash would. Ids of new resources are made from the step's id and `generation`. It is held against the executor and
 * the sandbox in test/planner/plan-effects.hosts.test.ts.
 */
export function applyPlan(plan: Plan, before: LiveStack, stepsMax = Infinity, generation = 1): Applied {
  const world = new World(before, plan, generation)
  const failed: string[] = []
  for (const step of plan.steps.slice(0, stepsMax)) {
    if (step.needs.some((need) => failed.includes(need))) {
      failed.push(step.id)
      continue
    }
    try {
      carryOut(world, step)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      failed.push(step.id)
    }
  }
  const isWhole = stepsMax >= plan.steps.length && failed.length === 0
  return { live: world.observe(isWhole ? plan.ledger.after : undefined), failed }
}

type Effects = { readonly [K in StepKind]: (world: World, step: StepOf<K>) => void }

/** One for every kind of step. */
export const effects: Effects = {
  ...networkEffects,
  ...networkPartEffects,
  ...serverEffects,
  ...imageEffects,
  ...elasticIpEffects,
  ...interfaceEffects,
  ...placementGroupEffects,
  ...loadBalancerEffects,
  ...scalingGroupEffects,
  ...volumeEffects,
  ...snapshotEffects,
  ...filesystemEffects,
  ...copyEffects,
  ...tagEffects,
}

function carryOut<K extends StepKind>(world: World, step: StepOf<K>): void {
  const effect = effects[step.kind] as (world: World, step: StepOf<K>) => void
  effect(world, step)
}
