import type { Address } from '../model/address.js'
import { recordTag, ruleName } from '../model/copy-record.js'
import type { SyncSpec } from '../model/stack-spec.js'
import type { SyncFacts } from '../model/live-stack.js'
import type { Planning } from './planning.js'
import { referencedSteps } from './lower/readiness.js'
import { ruleDigest } from './sync-diffs.js'
import { plannedPlace, type Ends, type Place } from './sync-places.js'
import { stepId } from '../model/step-id.js'
import type { CopyOptions, PlannedPlace, StepId } from '../model/step.js'

/** The rules of one `web[*]` for which something is done, in the order of their servers. */
export type Rolls = Map<string, Address[]>

/** What must be done before a rule of a roll: the batch before it has answered. Counts the rule as one of its batch. */
export function enterRoll(rolls: Rolls, { address, rolling }: SyncSpec): readonly StepId[] {
  if (!rolling) return []
  const name = ruleName(address)
  const started = rolls.get(name) ?? []
  rolls.set(name, started)
  const batch = Math.floor(started.length / rolling.maxUnavailable) * rolling.maxUnavailable
  started.push(address)
  return started.slice(Math.max(0, batch - rolling.maxUnavailable), batch).map((one) => stepId('check-health', one))
}

export function addCopy(
  planning: Planning,
  spec: SyncSpec,
  ends: Ends,
  facts: Extract<SyncFacts, { kind: 'read' }> | undefined,
  roll: readonly StepId[],
): void {
  const { destination } = ends
  const options = optionsOf(spec)
  const { path, ...machine } = plannedPlace(destination)
  planning.steps.add(
    'copy-files',
    spec.address,
    {
      ...machine,
      destination: path,
      source: sourceOf(ends),
      delete: spec.delete,
      exclude: spec.exclude,
      ...(options && { options }),
      ...(spec.via === 'local' && { relayed: true }),
      expectedBytes: facts?.bytes,
      expectedFiles: facts && facts.filesCreated + facts.filesChanged + facts.filesDeleted,
    },
    { needs: [...[destination, ...ends.sources].flatMap(arrivalAt), ...ends.sources.flatMap(filledBy), ...roll] },
  )
  addRunOnChange(planning, spec, ends, false, roll)
}

/** One source on this machine is told as its path. */
function sourceOf({ sources }: Ends): string | readonly PlannedPlace[] {
  const [first, ...others] = sources
  if (first && others.length === 0 && !first.fate && first.host === undefined) return first.path
  return sources.map(plannedPlace)
}

/** What is on a server that the stack sets up is there when its setup has run. */
function filledBy({ fate }: Place): readonly StepId[] {
  return fate ? [stepId('run-setup', fate.address)] : []
}

function optionsOf(spec: SyncSpec): CopyOptions | undefined {
  const { include, owner, chmod, checksum, bandwidthKiBps, compress, partial } = spec
  const options: CopyOptions = {
    ...(include.length > 0 && { include }),
    ...(owner !== undefined && { owner }),
    ...(chmod !== undefined && { chmod }),
    ...(checksum && { checksum }),
    ...(bandwidthKiBps !== undefined && { bandwidthKiBps }),
    ...(compress && { compress }),
    ...(partial && { partial }),
  }
  return Object.keys(options).length === 0 ? undefined : options
}

export function addRunOnChange(
  planning: Planning,
  { address, onChange, rolling }: SyncSpec,
  { destination }: Ends,
  owed: boolean,
  roll: readonly StepId[],
): void {
  if (!destination.fate) return
  const server = destination.fate.address
  const copied = [
    stepId('connect-host', destination.fate.address),
    stepId('copy-files', address),
    stepId('run-setup', server),
    ...roll,
  ]
  if (onChange) {
    planning.steps.add(
      'run-on-change',
      address,
      { server, command: onChange, copy: owed ? undefined : stepId('copy-files', address) },
      { needs: [...copied, ...referencedSteps([onChange])] },
    )
  }
  if (!rolling) return
  planning.steps.add(
    'check-health',
    address,
    { server, command: rolling.health, timeoutSeconds: rolling.timeoutSeconds },
    { needs: [...copied, stepId('run-on-change', address), ...referencedSteps([rolling.health])] },
  )
}

/** The record is only written where the copy can be made: without hosts it would lie. Elsewhere than in EC2 there is none. */
export function addTag(planning: Planning, { address }: SyncSpec, { destination }: Ends, value: string): void {
  if (planning.live.stack.hostsImpossible !== undefined || !destination.fate) return
  const tags = { [recordTag(address)]: value }
  planning.steps.add(
    'tag-resource',
    address,
    { target: destination.target, tags, removeTags: [] },
    { needs: finished(address) },
  )
}

/** The same for a copy whose source is only there once other steps are done. */
export function addRecord(planning: Planning, spec: SyncSpec, ends: Ends): void {
  const { address, exclude } = spec
  if (!ends.destination.fate) return
  const options = optionsOf(spec)
  planning.steps.add(
    'record-copy',
    address,
    {
      target: ends.destination.target,
      tag: recordTag(address),
      source: sourceOf(ends),
      exclude,
      ...(options && { options }),
      rule: ruleDigest(spec),
    },
    { needs: finished(address) },
  )
}

function finished(address: Address): readonly StepId[] {
  return [stepId('copy-files', address), stepId('run-on-change', address), stepId('check-health', address)]
}

function arrivalAt(place: Place): readonly StepId[] {
  if (!place.fate) return []
  const { volume } = place
  const mounted = volume ? [stepId('mount-volume', volume.address), stepId('grow-filesystem', volume.address)] : []
  return [stepId('connect-host', place.fate.address), ...mounted]
}
