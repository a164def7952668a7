import type { FleetJob } from '../types.js'

/** A job that somebody waits for. */
export interface JobUnderWay {
  /** The stack's id. */
  readonly stack: string
  readonly kind: FleetJob['kind']
  /** Left out: nobody has begun it yet. */
  readonly worker?: string
  /** What it does now. */
  readonly line?: string
  /** Milliseconds since the epoch: when it was begun, or asked for. */
  readonly since: number
}

/** Somebody who works on the fleet. */
export interface SeenWorker {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly seenAt: number
}

/** Jobs that wait for a worker, of one account and region. */
export interface WaitingJobs {
  readonly account: string
  readonly region: string
  readonly amount: number
}

/** What can be seen of work on the fleet that was begun elsewhere. */
export interface WorkElsewhere {
  underWay(): Promise<readonly JobUnderWay[]>
  waiting(): Promise<readonly WaitingJobs[]>
  workers(): Promise<readonly SeenWorker[]>
  /** What is the matter with it, for people; undefined: nothing. */
  readonly problem: string | undefined
}
