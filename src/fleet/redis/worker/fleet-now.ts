import type { FleetJob, FleetSpec, FleetStack, JobReport, UnreachableSource } from '../../types.js'

/** The fleet as its file and its stacks are now. */
export interface FleetNow {
  readonly spec: FleetSpec
  /** With those that repositories had that cannot be fetched now. */
  readonly stacks: readonly FleetStack[]
  /** Nothing is known of what these have now: none of their stacks is gone. Left out: there are none. */
  readonly unreachable?: readonly UnreachableSource[]
}

/** What a worker works by: it reads files and values itself, and takes nothing but wishes out of Redis. */
export interface Workshop {
  /** Read anew; throws where fleet.yaml has mistakes. */
  read(): Promise<FleetNow>
  /** A stack that a job names, at the job's commit where it says one; undefined: the fleet has none of this name. */
  stackOf(job: FleetJob, now: FleetNow): Promise<FleetStack | undefined>
  /** Never throws for what went wrong with the stack. Aborted, it ends soon, with exit code 130. */
  carryOut(
    job: FleetJob,
    stack: FleetStack,
    now: FleetNow,
    progressed: (text: string) => void,
    signal: AbortSignal,
  ): Promise<JobReport>
}
