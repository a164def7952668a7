import type { Address } from '../model/address.js'
import type { ServerSpec } from '../model/stack-spec.js'
import type { DraftChange } from './decide/decided.js'
import type { Planning } from './planning.js'
import type { AppliedRecord } from '../model/applied.js'
import type { TagWork } from './compare/desired-tags.js'
import type { HostFacts, LiveServer } from '../model/live-stack.js'
import type { StepId } from '../model/step.js'

/**
 * What can be known of a server's inside, and done there, once the plan's EC2 part is done.
 * `known`: probed, and it keeps running. `unread`: running, but the probe failed. `unasked`: running, not probed.
 * `new`: made in this plan. `started`: stopped now. `closed`: it is to be stopped, so nothing is done inside.
 * `impossible`: this target has no hosts.
 */
export type Inside = 'known' | 'unread' | 'unasked' | 'new' | 'started' | 'closed' | 'impossible'

/** What becomes of one server: decided before its volumes and rules, carried out after them. */
export interface ServerFate {
  readonly address: Address
  /** Undefined: the file no longer names it. */
  readonly spec: ServerSpec | undefined
  readonly live: LiveServer | undefined
  readonly action: 'create' | 'keep' | 'replace' | 'remove'
  readonly facts: HostFacts
  readonly inside: Inside
  readonly runsNow: boolean
  readonly runsAfter: boolean
  /** Where it is, or will be; undefined when that cannot be found out. */
  readonly zone: string | undefined
  /** As far as the server itself goes; its steps are added once everything on it is planned. */
  readonly decision: ServerDecision | undefined
  /** Detach steps that must be done before it is terminated, and before it starts again when it was stopped for them. */
  readonly releases: StepId[]
  /** Unmount steps on it as it is now. */
  readonly unmounts: StepId[]
  /** Mounts that its setup commands may count on. */
  readonly mounts: StepId[]
  /** Set by what acts inside. */
  connects: boolean
  /** Set by what acts inside the instance that is about to be replaced. */
  connectsToOld: boolean
  /** Set where volumes must leave it and its inside cannot be reached. */
  stopsForRelease: boolean
}

/** What was found out about a server that the file names. */
export interface ServerDecision {
  readonly draft: DraftChange
  /** Everything recorded once all steps are done. */
  readonly record: AppliedRecord
  /** On a server that stays: the tags to write; a new one gets its own with its launch. */
  readonly tagging: TagWork | undefined
  readonly setupRuns: boolean
}

export function newFate(
  fields: Omit<
    ServerFate,
    'releases' | 'unmounts' | 'mounts' | 'connects' | 'connectsToOld' | 'stopsForRelease' | 'runsNow'
  >,
): ServerFate {
  return {
    ...fields,
    runsNow: isRunning(fields.live),
    releases: [],
    unmounts: [],
    mounts: [],
    connects: false,
    connectsToOld: false,
    stopsForRelease: false,
  }
}

export function isRunning(server: LiveServer | undefined): boolean {
  return server?.state === 'running' || server?.state === 'pending'
}

/** What a probe said, or that nobody asked. */
export function factsOf(planning: Planning, address: Address): HostFacts {
  return planning.live.stack.hosts[address] ?? { kind: 'not-probed', because: 'not-asked' }
}

/** What can be known of the inside of a server that the file names and that is live, and stays. */
export function insideOf(planning: Planning, spec: ServerSpec, live: LiveServer, facts: HostFacts): Inside {
  if (planning.live.stack.hostsImpossible !== undefined) return 'impossible'
  if (spec.state === 'stopped') return 'closed'
  if (!isRunning(live)) return 'started'
  if (facts.kind === 'read') return 'known'
  return facts.kind === 'unreadable' ? 'unread' : 'unasked'
}
