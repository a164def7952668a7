import { displayName, type Address } from '../spec/address.js'
import type { SyncSpec, VolumeSpec } from '../spec/stack-spec.js'
import { connection } from './connection.js'
import type { SyncFacts } from './live-stack.js'
import type { Planning } from './planning.js'
import { referencedSteps } from './readiness.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './step-graph.js'
import type { StepId } from './step.js'
import { syncTagKey, type Tags } from './tags.js'

/** Where a rule writes, found out. */
export interface Destination {
  readonly fate: ServerFate
  /** Absolute, on the server. */
  readonly path: string
  /** Whose resource holds the rule's record. */
  readonly target: Address
  readonly volume: VolumeSpec | undefined
  /** Tags of the target as it is now, unless it is made in this plan. */
  readonly tags: Tags | undefined
}

export function addCopy(
  planning: Planning,
  spec: SyncSpec,
  destination: Destination,
  facts: Extract<SyncFacts, { kind: 'read' }> | undefined,
  value: string | undefined,
): void {
  const { address } = spec
  const { fate, volume, path } = destination
  const needs: StepId[] = [connection(fate), ...arrivalOf(volume)]
  planning.steps.add(
    'copy-files',
    address,
    {
      server: fate.address,
      destination: path,
      source: spec.from.path,
      delete: spec.delete,
      exclude: spec.exclude,
      expectedBytes: facts?.bytes,
      expectedFiles: facts && facts.filesCreated + facts.filesChanged + facts.filesDeleted,
    },
    { needs },
  )
  addRunOnChange(planning, spec, destination, false)
  if (value !== undefined) addTag(planning, spec, destination, value)
}

export function addRunOnChange(planning: Planning, spec: SyncSpec, { fate }: Destination, owed: boolean): void {
  if (!spec.onChange) return
  planning.steps.add(
    'run-on-change',
    spec.address,
    { server: fate.address, command: spec.onChange, owed },
    {
      needs: [
        connection(fate),
        stepId('copy-files', spec.address),
        stepId('run-setup', fate.address),
        ...referencedSteps([spec.onChange]),
      ],
    },
  )
}

/** The record is only written where the copy can be made: without hosts it would lie. */
export function addTag(planning: Planning, spec: SyncSpec, { target }: Destination, value: string): void {
  if (planning.live.stack.hostsImpossible !== undefined) return
  planning.steps.add(
    'tag-resource',
    spec.address,
    { target, tags: { [syncTagKey(displayName(spec.address))]: value }, removeTags: [] },
    { needs: [stepId('copy-files', spec.address), stepId('run-on-change', spec.address)] },
  )
}

function arrivalOf(volume: VolumeSpec | undefined): readonly StepId[] {
  if (!volume) return []
  return [stepId('mount-volume', volume.address), stepId('grow-filesystem', volume.address)]
}
