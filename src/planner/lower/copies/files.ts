import type { Address } from '../../../model/address.js'
import { recordTag } from '../../../model/copy-record.js'
import { copyOptionsOf } from '../../../model/steps/copy-options.js'
import type { PlannedPlace, StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { ExpectedCopy, FileDecision, FileWork, RemoveFiles } from '../../decide/copies/file-decision.js'
import type { Ends, Place } from '../../decide/copies/places.js'
import type { StepGraph } from '../../graph/step-graph.js'
import type { Lowering } from '../lowering.js'
import { referencedSteps } from '../readiness.js'

/** Lowers what becomes of the rules that copy files. */
export function lowerFiles({ graph, decisions }: Lowering): void {
  for (const decision of decisions.files.values()) lowerRule(graph, decision)
}

function lowerRule(graph: StepGraph, decision: FileDecision): void {
  switch (decision.kind) {
    case 'keep':
    case 'create':
    case 'update':
      if (decision.work) lowerWork(graph, decision.work)
      return
    case 'remove':
      lowerForgotten(graph, decision)
      return
    case 'leave':
    case 'refuse':
  }
}

/** The copy, what follows it where something changed, the question whether the server still works, and the record. */
function lowerWork(graph: StepGraph, work: FileWork): void {
  const before = [
    ...work.batchBefore.map((rule) => stepId('check-health', rule)),
    ...work.feeders.map((rule) => stepId('copy-files', rule)),
  ]
  if (work.copy) lowerCopy(graph, work, work.copy, before)
  lowerWhatFollows(graph, work, before)
  lowerRecord(graph, work)
}

function lowerCopy(
  graph: StepGraph,
  { spec, ends }: FileWork,
  expected: ExpectedCopy,
  before: readonly StepId[],
): void {
  const { destination, sources } = ends
  const options = copyOptionsOf(spec)
  const { path, ...machine } = plannedPlace(destination)
  graph.add(
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
      expectedBytes: expected.bytes,
      expectedFiles: expected.files,
    },
    { needs: [...[destination, ...sources].flatMap(arrivalAt), ...sources.flatMap(filledBy), ...before] },
  )
}

/** The end as a step says it. */
function plannedPlace(place: Place): PlannedPlace {
  if (place.server) {
    const { server, path, volumes } = place
    const mounted = volumes.flatMap(({ address, mount }) => (mount ? { volume: address, mountPath: mount.path } : []))
    return { server: server.address, path, ...(mounted.length > 0 && { mounted }) }
  }
  return place.host === undefined ? { path: place.path } : { host: place.host, path: place.path }
}

/** One source on this machine is told as its path. */
function sourceOf({ sources }: Ends): string | readonly PlannedPlace[] {
  const [first, ...others] = sources
  if (first && others.length === 0 && !first.server && first.host === undefined) return first.path
  return sources.map(plannedPlace)
}

function arrivalAt(place: Place): readonly StepId[] {
  if (!place.server) return []
  const { server, volumes } = place
  const mounted = volumes.flatMap(({ address }) => [
    stepId('mount-volume', address),
    stepId('grow-filesystem', address),
  ])
  return [stepId('connect-host', server.address), ...mounted]
}

/** What is on a server that the stack sets up is there when its setup has run. */
function filledBy({ server }: Place): readonly StepId[] {
  return server ? [stepId('run-setup', server.address)] : []
}

/** Where the command is owed it is run whatever a copy before it does; where the health check alone is, it is not. */
function lowerWhatFollows(graph: StepGraph, { spec, ends, copy, owes }: FileWork, before: readonly StepId[]): void {
  const { address, onChange, rolling } = spec
  if (!ends.destination.server) return
  const server = ends.destination.server.address
  const copied = [stepId('connect-host', server), stepId('copy-files', address), stepId('run-setup', server), ...before]
  if (onChange && (copy || owes !== 'health')) {
    const after = copy && owes !== 'command' ? stepId('copy-files', address) : undefined
    const needs = [...copied, ...referencedSteps([onChange])]
    graph.add('run-on-change', address, { server, command: onChange, copy: after }, { needs })
  }
  if (!rolling) return
  graph.add(
    'check-health',
    address,
    { server, command: rolling.health, timeoutSeconds: rolling.timeoutSeconds },
    { needs: [...copied, stepId('run-on-change', address), ...referencedSteps([rolling.health])] },
  )
}

function lowerRecord(graph: StepGraph, { spec, ends, record }: FileWork): void {
  if (record.kind === 'none') return
  const { address, exclude } = spec
  const { target } = record
  // What is recorded was copied and its command was run; that the health check has not passed stands in the ledger.
  const needs = [stepId('copy-files', address), stepId('run-on-change', address)]
  const tag = recordTag(address)
  if (record.kind === 'known') {
    graph.add('tag-resource', address, { target, tags: { [tag]: record.value }, removeTags: [] }, { needs })
    return
  }
  const options = copyOptionsOf(spec)
  const source = sourceOf(ends)
  const fields = { target, tag, source, exclude, ...(options && { options }), rule: record.rule }
  graph.add('record-copy', address, fields, { needs })
}

/** A rule for `web[*]` is recorded on each of its servers: one step each. */
function lowerForgotten(graph: StepGraph, { address, tag, targets }: RemoveFiles): void {
  for (const target of targets) {
    const suffix: { readonly suffix?: Address } = targets.length > 1 ? { suffix: target } : {}
    graph.add('tag-resource', address, { target, tags: {}, removeTags: [tag] }, suffix)
  }
}
