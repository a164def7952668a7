import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { leave, refused } from '../decided.js'
import { notPlannable } from './release.js'
import { decideRemoval } from './removal.js'
import { type VolumeDecision } from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'
import { kernelProblem } from './volume-refusals.js'
import { restoreRefusal } from './restore.js'
import { volumeSource } from './volume-source.js'
import { decideNewVolume } from './new-volume.js'
import { decideStandingVolume } from './standing-volume.js'

/** Decides what becomes of every volume, in the file and live. `held` are addresses that are out of the plan already. */
export function decideVolumes(inputs: VolumeInputs, held: ReadonlySet<Address>): ReadonlyMap<Address, VolumeDecision> {
  const { world, servers } = inputs
  const decisions = new Map<Address, VolumeDecision>()
  const taken = new Set<string>()
  // What is mounted inside another volume comes after that one, and so sees whether it is unmounted.
  const outerFirst = [...world.spec.volumes].sort((left, right) =>
    compareText(left.mount?.path ?? '', right.mount?.path ?? ''),
  )
  for (const spec of outerFirst) {
    if (held.has(spec.address)) continue
    const { decision, takes } = decideNamed(inputs, spec, decisions)
    decisions.set(spec.address, decision)
    if (takes !== undefined) taken.add(takes)
  }
  for (const [address, live] of world.live.volumes) {
    if (decisions.has(address) || held.has(address) || taken.has(live.id)) continue
    decisions.set(address, decideRemoval(world, servers, live))
  }
  return decisions
}

/** A volume of the file; `takes` is the id of the live one that it takes as its own, whatever its tags say. */
function decideNamed(
  inputs: VolumeInputs,
  spec: VolumeSpec,
  decided: ReadonlyMap<Address, VolumeDecision>,
): { readonly decision: VolumeDecision; readonly takes: string | undefined } {
  const { world, servers, versions } = inputs
  const { address } = spec
  const server = spec.server === undefined ? undefined : servers.get(spec.server)
  const impossible = restoreRefusal(world, spec)
  if (impossible) return { decision: impossible, takes: world.live.volumes.get(address)?.id }
  const zone = spec.zone ?? server?.zone ?? [...world.live.stack.zones].sort()[0]
  const source = volumeSource(world, spec, zone, versions)
  if (source.kind === 'refuse') return { decision: source, takes: undefined }
  const takes = 'volume' in source ? source.volume.id : undefined
  if (spec.server !== undefined && !server) return { decision: leave(address, notPlannable), takes }
  const problem = kernelProblem(world, spec, server)
  if (problem) return { decision: refused(address, [problem]), takes }
  const decision =
    source.kind === 'live' || source.kind === 'adopt'
      ? decideStandingVolume(inputs, spec, server, source, decided)
      : decideNewVolume(inputs, spec, server, source, zone)
  return { decision, takes }
}
