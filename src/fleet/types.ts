import type { EvenkeelError } from '../core/errors.js'

/** What a fleet's file says, with its defaults filled in. */
export interface FleetSpec {
  /** `fleet:`, as names of stacks are. */
  readonly name: string
  /** Absolute path of fleet.yaml. */
  readonly path: string
  /** In the order of the file. */
  readonly sources: readonly StackSource[]
  /** In the order of the file: of two that match a stack the later one has the last word, member by member. */
  readonly rules: readonly SettingRule[]
  readonly limits: readonly FleetLimit[]
  readonly notifications: readonly Notification[]
}

/** Where stacks are. */
export type StackSource =
  /** Globs, from the folder of fleet.yaml. */
  | { readonly kind: 'files'; readonly patterns: readonly string[] }
  | {
      readonly kind: 'git'
      /** What its stacks are called by: `infra`. */
      readonly name: string
      /** https: or ssh: (also `git@host:path`). */
      readonly url: string
      readonly branch: string
      /** Globs, from the root of the repository. */
      readonly patterns: readonly string[]
    }

/** What holds for the stacks whose name a pattern matches (`*` within a part, `**` over parts). The defaults are the rule of `**`. */
export interface SettingRule {
  readonly match: string
  readonly settings: Partial<StackSettings>
}

export interface StackSettings {
  /** As `--target`: `sandbox` or a region; undefined: what the stack's file says. */
  readonly target: string | undefined
  /** As `--var`: nothing sensitive. */
  readonly variables: Readonly<Record<string, string>>
  /** As `--var-file`, absolute. */
  readonly variableFiles: readonly string[]
  /** When drift is looked for by itself: five fields of cron, in UTC; undefined: never. */
  readonly driftSchedule: string | undefined
  /** `never`: the fleet does not apply it; `after-review`: saved plans alone; `at-once`: a worker applies what is pending. */
  readonly apply: 'never' | 'after-review' | 'at-once'
  /** A policy, absolute, as `--checks`; undefined: none. */
  readonly checks: string | undefined
}

/** How many stacks of an account and region are worked on at one time, all workers together. */
export interface FleetLimit {
  /** Twelve digits, a profile's name, `sandbox`, or `*`. */
  readonly account: string
  /** `us-east-1`, or `*`. */
  readonly region: string
  readonly atOnce: number
}

export interface Notification {
  /** What is told: `drift`, `failed`, `applied`, `recovered`. */
  readonly on: readonly FleetEventKind[]
  readonly to:
    /** argv; the event comes as JSON on standard input. */
    | { readonly kind: 'command'; readonly argv: readonly string[] }
    /** POST of JSON, signed in `X-Evenkeel-Signature: sha256=…` with the value of that environment variable. */
    | { readonly kind: 'webhook'; readonly url: string; readonly secretVariable: string }
}
export type FleetEventKind = 'drift' | 'failed' | 'applied' | 'recovered'

/** A stack of the fleet. */
export interface FleetStack {
  /** `stacks/web.stack.yaml`, or `infra:environments/prod/stack.yaml`: unique in the fleet, what `--only` and rules match. */
  readonly id: string
  /** Absolute path of its file, in a checkout of `commit` where it comes from git. */
  readonly file: string
  /** Of the checkout; undefined for files that lie beside fleet.yaml. */
  readonly commit: string | undefined
  readonly settings: StackSettings
  /** What its file says; undefined: it has mistakes (`problem`). */
  readonly place: StackPlace | undefined
  /** The first mistake of its file, for the report. */
  readonly problem: string | undefined
  /** Nobody works on it, whatever its file says, which may be another's to read: `problem` says why. */
  readonly isRefused?: true
  /** Where it says it is, of one that is refused because another says the same. */
  readonly twinAt?: StackPlace
}

/** A repository that could not be fetched: nothing is known of the stacks that are in it now, and none of them is gone. */
export interface UnreachableSource {
  /** What its stacks are called by. */
  readonly name: string
  readonly error: EvenkeelError
  /** As this machine last saw them, where it has. */
  readonly lastSeen: readonly FleetStack[]
}

export interface StackPlace {
  readonly stack: string
  /** Account id or profile where the file names one, `sandbox` for the sandbox, else `default`. */
  readonly account: string
  readonly region: string
}

/** What a worker is to do. All that stands in it may be read by whoever reads the queue. */
export interface FleetJob {
  readonly formatVersion: 1
  readonly fleet: string
  /** Of one command, or one tick of a schedule: `20261122T101500Z-1f2e3d`. */
  readonly round: string
  readonly kind: 'plan' | 'drift' | 'apply'
  readonly stack: string
  /** Of a git source: what is to be checked out. */
  readonly commit: string | undefined
  /** Of `apply`: the name of the saved plan in the fleet's folder of plans; undefined: what is pending, for `at-once`. */
  readonly plan: string | undefined
  /** Of `apply`, where somebody was shown that plan: its digest. Another plan under its name is refused. */
  readonly planDigest?: string
  /** Of `apply`: the run, so that whoever takes it over carries on the same one. */
  readonly run: string | undefined
}

export type StackState = 'in-sync' | 'pending' | 'drift' | 'unknown' | 'failed' | 'locked'

/** What came of a job. Masked: no secret stands in it. */
export interface JobReport {
  readonly formatVersion: 1
  readonly round: string
  readonly kind: FleetJob['kind']
  /** The stack's id in the fleet. */
  readonly id: string
  readonly place: StackPlace | undefined
  readonly state: StackState
  /** `2 to create, 1 to update`: what the line of many stacks says. */
  readonly words: string
  /** As the command prints it for this stack alone, without colours. */
  readonly text: string
  /** Of an apply: the end of `text`, without the plan, for whoever has seen that. */
  readonly outcome?: string
  readonly exitCode: number
  /** Of an error: its stable code. */
  readonly errorCode: string | undefined
  /** Who holds the lock, where it is held. */
  readonly lockedBy: string | undefined
  /** The run for which it is held; kept nowhere. */
  readonly lockedRun?: string
  /** Name of the saved plan: of `plan` where it changes something, of `apply` where it carried one out. */
  readonly plan: string | undefined
  /** Of an apply that has converged and done something: the run that did, which may have ended before it could say so. */
  readonly changedBy?: string
  /** ISO 8601. */
  readonly beganAt: string
  readonly endedAt: string
}

/** Carries jobs out, in this process or through Redis. */
export interface FleetEngine {
  /**
   * Carries the jobs out, no two of one stack side by side, within the limits, and hands over each report as it comes. Resolves when all
   * are done; aborted: begins nothing new, and waits for what is under way.
   */
  carryOut(jobs: readonly FleetJob[], on: FleetProgress, signal: AbortSignal): Promise<void>
  /** Whoever carries a job out keeps its report for all, before it is handed over. */
  readonly keepsReports: boolean
  close(): Promise<void>
}

export interface FleetProgress {
  began(job: FleetJob, worker: string): void
  /** A line of progress of a job under way. */
  progressed(job: FleetJob, text: string): void
  ended(report: JobReport): void
}

/** What was last seen of each stack: a cache, which may be lost at any moment. */
export interface FleetStore {
  /** The last report of each kind, by stack id. */
  reports(): Promise<ReadonlyMap<string, Partial<Record<FleetJob['kind'], JobReport>>>>
  keep(report: JobReport): Promise<void>
  close(): Promise<void>
}
