import type { Address } from '../model/address.js'
import type { StackSpec, VolumeSpec } from '../model/stack-spec.js'
import type { Code } from '../core/codes.js'
import type { Digester } from '../model/applied.js'
import { createDigester } from '../model/applied.js'
import { newVolumeCopies, type VolumeCopies } from './volume-copies.js'
import type { ChangeKind, Diff, Impact } from '../model/change.js'
import { indexLive, type LiveIndex } from './live-index.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Problem } from '../model/plan-problem.js'
import type { ServerFate } from './server-fate.js'
import { StepGraph } from './step-graph.js'
import type { StepId } from '../model/step.js'

/** What a caller may add to a plan's inputs. */
export interface PlanOptions {
  /** Git commit, or `--revision`: recorded in tags together with other changes. */
  readonly revision?: string | undefined
  /** The run that will apply the plan: recorded on what it creates. */
  readonly run?: string | undefined
  /** Servers to be replaced where their image's name means a newer image by now. */
  readonly updateImages?: readonly Address[] | undefined
  /** The moment for which the plan is made, ISO 8601: without it no snapshot is due. */
  readonly now?: string | undefined
  /** Volumes that another takes the place of, made from this snapshot. */
  readonly restore?: Readonly<Record<Address, string>> | undefined
  /** Digest of the stack file's specification where the caller has it already. */
  readonly specDigest?: string | undefined
}

/** A version of an archive that a step takes. */
export interface PlannedVersion {
  readonly number: number
  readonly step: StepId
  readonly sizeGiB: number
}

export interface DraftChange {
  readonly address: Address
  readonly kind: ChangeKind
  readonly reason: string
  readonly diffs: readonly Diff[]
  /** At least this; the impacts of its steps count too. */
  readonly impact?: Impact
}

/** One planning under way: the inputs behind maps, and what has been decided so far. */
export interface Planning {
  readonly spec: StackSpec
  /** The file's volumes by address. */
  readonly volumes: ReadonlyMap<Address, VolumeSpec>
  /** The file's volumes by the server that they belong to, each list by address. */
  readonly volumesByServer: ReadonlyMap<Address, readonly VolumeSpec[]>
  readonly live: LiveIndex
  readonly options: PlanOptions
  readonly digest: Digester
  readonly steps: StepGraph
  readonly problems: Problem[]
  readonly changes: Map<Address, DraftChange>
  /** By server address: those of the file and those that are live. */
  readonly fates: Map<Address, ServerFate>
  /** Addresses that hold an error: nothing is planned for them, nor for what stands on them. */
  readonly blocked: Set<Address>
  /** Whether everything goes: volumes then go by what the file says, where there is one. */
  readonly destroying: StackSpec | undefined
  /** Servers whose inside the plan wanted to know and could not, with the reason. */
  readonly unread: Map<Address, string>
  /** What is copied from volume to volume, and so rests meanwhile, or is not formatted. */
  readonly copies: VolumeCopies
  /** Versions that archives get in this plan, by the archive's address. */
  readonly versions: Map<Address, PlannedVersion>
}

export function newPlanning(
  spec: StackSpec,
  live: LiveStack,
  options: PlanOptions,
  destroying: StackSpec | undefined,
): Planning {
  return {
    spec,
    volumes: new Map(spec.volumes.map((volume) => [volume.address, volume])),
    volumesByServer: groupedByServer(spec.volumes),
    live: indexLive(live),
    options,
    digest: createDigester(),
    steps: new StepGraph(),
    problems: [],
    changes: new Map(),
    fates: new Map(),
    blocked: new Set(),
    destroying,
    unread: new Map(),
    copies: newVolumeCopies(),
    versions: new Map(),
  }
}

export function recordChange(planning: Planning, change: DraftChange): void {
  planning.changes.set(change.address, change)
}

/** Adds a problem that keeps the plan from being applied, and takes the address out of it. */
export function refuse(planning: Planning, address: Address, code: Code, message: string, hint?: string): void {
  planning.blocked.add(address)
  planning.problems.push({ severity: 'error', scope: 'plan', code, address, message, hint })
}

/** Leaves somebody else's resource alone: that address is out of the plan, and everything else can go on. */
export function leaveAlone(planning: Planning, address: Address, code: Code, message: string, hint?: string): void {
  planning.blocked.add(address)
  planning.problems.push({ severity: 'error', scope: 'address', code, address, message, hint })
}

export function warn(
  planning: Planning,
  address: Address | undefined,
  code: Code,
  message: string,
  hint?: string,
): void {
  planning.problems.push({ severity: 'warning', scope: 'address', code, address, message, hint })
}

function groupedByServer(volumes: readonly VolumeSpec[]): ReadonlyMap<Address, readonly VolumeSpec[]> {
  const groups = new Map<Address, VolumeSpec[]>()
  for (const volume of volumes) {
    if (volume.server === undefined) continue
    const group = groups.get(volume.server)
    if (group) group.push(volume)
    else groups.set(volume.server, [volume])
  }
  return groups
}
