import type { Address } from '../../../model/address.js'
import { ruleName } from '../../../model/copy-record.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { PlannedRoll } from '../../../model/plan.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { leave } from '../decided.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { VolumeOutlooks } from '../volumes/volume-outlook.js'
import { workOf, type FileDecision } from './file-decision.js'
import { decideFileRule } from './file-rule.js'
import { decideForgottenRecords } from './forgotten-records.js'
import { overlappingRules } from './overlapping-rules.js'
import { endsOf } from './places.js'
import { rulesInFlow, type FileRule } from './rule-flow.js'

/** Decides every rule that copies files, behind those that write what it reads; and the end of records of others. */
export function decideFiles(
  world: World,
  servers: ServerOutlooks,
  volumes: VolumeOutlooks,
  rolls: readonly PlannedRoll[] = [],
): ReadonlyMap<Address, FileDecision> {
  const rules = inTurn(
    rolls,
    world.spec.syncs
      .filter(({ method }) => method === 'files')
      .map((spec) => ({ spec, ends: endsOf(world, servers, volumes, spec) })),
  )
  const decisions: FileDecision[] = []
  const copying = new Set<Address>()
  const started = new Map<string, Address[]>()
  for (const { rule, feeders } of rulesInFlow(rules)) {
    const { spec, ends } = rule
    const { address } = spec
    if (!ends) {
      decisions.push(leave(address, 'one of its ends cannot be planned'))
      continue
    }
    const before = started.get(ruleName(address)) ?? []
    started.set(ruleName(address), before)
    const order = {
      feeders: feeders.map((feeder) => feeder.spec.address).filter((feeder) => copying.has(feeder)),
      batchBefore: batchBefore(spec, before),
    }
    const decision = decideFileRule(world, spec, ends, order)
    decisions.push(decision)
    const work = workOf(decision)
    if (work?.copy) copying.add(address)
    if (work && spec.rolling) before.push(address)
  }
  for (const forgotten of decideForgottenRecords(world, servers)) decisions.push(forgotten)
  const overlapping = overlappingRules(rules)
  return new Map(decisions.map((decision) => [decision.address, warned(decision, overlapping.get(decision.address))]))
}

/** Copies to members of a roll in its order, behind all others: a copy that rolls itself does not wait for a member that comes later. */
function inTurn(rolls: readonly PlannedRoll[], rules: readonly FileRule[]): readonly FileRule[] {
  if (rolls.length === 0) return rules
  const turns = new Map(rolls.flatMap(({ waves }) => waves.flat()).map((member, index) => [member, index + 1]))
  const turnOf = ({ ends }: FileRule) => turns.get(ends?.destination.server?.address ?? ('' as Address)) ?? 0
  return rules.toSorted((left, right) => turnOf(left) - turnOf(right))
}

function warned(decision: FileDecision, problems: readonly Problem[] = []): FileDecision {
  return problems.length === 0 ? decision : { ...decision, problems: [...decision.problems, ...problems] }
}

/** The rules of one `web[*]` whose servers must have answered before this one begins, by those for which something is done already. */
function batchBefore({ rolling }: SyncSpec, started: readonly Address[]): readonly Address[] {
  if (!rolling) return []
  const batch = Math.floor(started.length / rolling.maxUnavailable) * rolling.maxUnavailable
  return started.slice(Math.max(0, batch - rolling.maxUnavailable), batch)
}
