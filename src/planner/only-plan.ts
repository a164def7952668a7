import type { Address } from '../model/address.js'
import { sortedAddresses } from '../model/address-order.js'
import { batchSize, parseBatch } from '../model/launch/batch.js'
import { placementGroupsOf } from '../model/launch/server-options.js'
import type { Plan, PlannedRoll } from '../model/plan.js'
import type { StackSpec } from '../model/stack-spec.js'
import type { Step } from '../model/steps/step.js'
import { wishesOf } from './rule-plan.js'

/**
 * The part of a plan that does what is to be done with some addresses and with what that needs, and nothing else. What an address
 * needs is taken with all that is to be done with it, so that nothing stands half done; that a server is entered changes nothing of
 * it. Addresses of which nothing is known are none of the plan's.
 */
export function planOfAddresses(plan: Plan, asked: readonly Address[], spec: StackSpec): Plan {
  const steps = neededSteps(plan, asked)
  const kept = new Set<Address>([...asked, ...steps.filter(isOwn).map(({ address }) => address)])
  const isKept = ({ address }: { readonly address: Address }) => kept.has(address)
  const changes = plan.changes.filter(isKept)
  const concerned = new Set([...kept, ...changes.flatMap(({ server }) => server ?? [])])
  const below = standingBelow(spec, kept)
  const takesServersAway = steps.some(({ kind }) => kind === 'terminate-server' || kind === 'stop-server')
  const problems = plan.problems.filter(({ address, severity, scope }) => {
    if (address === undefined || kept.has(address)) return true
    // A volume that cannot be planned stays where it is: no server is taken away that may be below it.
    const isHeld = takesServersAway && scope === 'plan' && address.startsWith('volume.')
    return severity === 'error' && (below.has(address) || isHeld)
  })
  const unreadable = plan.unreadable.filter(({ address }) => concerned.has(address) || below.has(address))
  const { before, after, wishes } = plan.ledger
  const { rolls, ...whole } = plan
  const rolling = rolls?.flatMap((roll) => rollOf(roll, kept) ?? []) ?? []
  const others = plan.changes.filter((change) => !isKept(change))
  const working = new Set(plan.steps.filter(isOwn).map(({ address }) => address))
  const adopted = new Set<string>(others.flatMap(({ address, kind }) => (kind === 'adopt' ? [address] : [])))
  const known = new Set(plan.changes.map(({ address }) => address))
  return {
    ...whole,
    isPart: true,
    complete: unreadable.length === 0,
    applyable: problems.every(({ severity, scope }) => severity !== 'error' || scope === 'address'),
    changes,
    steps,
    problems,
    unreadable,
    impossible: plan.impossible.filter(isKept),
    bindings: Object.fromEntries(Object.entries(plan.bindings).filter(([address]) => !adopted.has(address))),
    ledger: {
      ...plan.ledger,
      after: sortedAddresses([
        ...after.filter((address) => kept.has(address)),
        ...before.filter((address) => !kept.has(address)),
      ]),
      ...(wishes && { wishes: { before: wishes.before, open: wishesOf(wishes, isKept) } }),
    },
    ...(rolling.length > 0 && { rolls: rolling }),
    only: {
      asked: sortedAddresses(asked.filter((address) => known.has(address))),
      needed: sortedAddresses([...kept].filter((address) => !asked.includes(address))),
      leftOut: others
        .filter(({ address, kind }) => kind !== 'none' || working.has(address))
        .map(({ address }) => address),
    },
  }
}

/** What is left of a roll with these members alone. */
function rollOf(roll: PlannedRoll, kept: ReadonlySet<Address>): PlannedRoll | undefined {
  const waves = roll.waves
    .map((wave) => wave.filter((member) => kept.has(member)))
    .filter((members) => members.length > 0)
  return waves.length === 0 ? undefined : { ...roll, waves }
}

/** The steps of the addresses and those that they need, each of these with all steps of its address. */
function neededSteps({ steps, changes }: Plan, asked: readonly Address[]): readonly Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const byAddress = new Map<Address, Step[]>()
  for (const step of steps) byAddress.set(step.address, [...(byAddress.get(step.address) ?? []), step])
  const wanted = new Set<Step>()
  // A server in which nothing differs is entered for others alone.
  const unchanged = new Set(changes.flatMap(({ address, kind }) => (kind === 'none' ? [address] : [])))
  const open = asked.flatMap((address) =>
    (byAddress.get(address) ?? []).filter((step) => isOwn(step) || !unchanged.has(address)),
  )
  for (let step = open.pop(); step; step = open.pop()) {
    if (wanted.has(step)) continue
    wanted.add(step)
    if (isOwn(step)) open.push(...(byAddress.get(step.address) ?? []))
    for (const need of step.needs) open.push(...[byId.get(need)].filter((one) => one !== undefined))
  }
  return withoutCutBatches(steps.filter((step) => wanted.has(step)))
}

/** Whether a step does something with its address: a server is entered for others. */
function isOwn({ kind }: Step): boolean {
  return kind !== 'connect-host'
}

/** Servers of a batch of which some are left out are launched one by one. */
function withoutCutBatches(steps: readonly Step[]): readonly Step[] {
  const sizes = new Map<string, number>()
  for (const step of steps) {
    if (step.kind === 'create-server' && step.batch) sizes.set(step.batch, (sizes.get(step.batch) ?? 0) + 1)
  }
  return steps.map((step) => {
    if (step.kind !== 'create-server' || step.batch === undefined) return step
    const { batch, ...alone } = step
    const parts = parseBatch(batch)
    return parts && sizes.get(batch) === batchSize(parts) ? step : alone
  })
}

/** What stands below some addresses by the file: without it nothing can be done with them. */
function standingBelow(spec: StackSpec, addresses: ReadonlySet<Address>): ReadonlySet<Address> {
  const direct = new Map<Address, readonly Address[]>([
    ...spec.servers.map(
      ({ address, image, keyPair, securityGroups, dependsOn, options }) =>
        [
          address,
          [
            ...(image.kind === 'built' ? [image.image] : []),
            keyPair,
            ...securityGroups,
            ...dependsOn,
            ...placementGroupsOf(options),
          ],
        ] as const,
    ),
    ...spec.volumes.map(
      ({ address, server, dependsOn }) => [address, [...(server ? [server] : []), ...dependsOn]] as const,
    ),
    ...spec.images.map(({ address, source }) => [address, source.kind === 'server' ? [source.server] : []] as const),
    ...(spec.interfaces ?? []).map(
      ({ address, server, securityGroups }) => [address, [server, ...securityGroups]] as const,
    ),
    ...spec.elasticIps.map(({ address, server }) => [address, [server]] as const),
    ...(spec.scalingGroups ?? []).map(
      ({ address, image, keyPair, securityGroups, loadBalancer }) =>
        [
          address,
          [
            ...(image.kind === 'built' ? [image.image] : []),
            ...(keyPair ? [keyPair] : []),
            ...securityGroups,
            ...(loadBalancer ? [loadBalancer] : []),
          ],
        ] as const,
    ),
    ...(spec.loadBalancers ?? []).map(
      ({ address, securityGroups, targets }) => [address, [...securityGroups, ...targets.servers]] as const,
    ),
    ...spec.syncs.map(
      ({ address, from, to }) =>
        [
          address,
          [...from, to].flatMap((end) =>
            end.kind === 'server' ? [end.server] : end.kind === 'volume' ? [end.volume] : [],
          ),
        ] as const,
    ),
  ])
  const below = new Set<Address>()
  const open = [...addresses]
  for (let address = open.pop(); address; address = open.pop()) {
    for (const next of direct.get(address) ?? []) {
      if (below.has(next)) continue
      below.add(next)
      open.push(next)
    }
  }
  return below
}
