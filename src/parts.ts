/**
 * What the library is made of, for who composes it otherwise: a run of the parts is
 *
 *     const session = await openSession(readStackFile('staging.stack.yaml'))
 *     const result = await withLock(session, {}, async () =>
 *       applyStack(session, await planStack(session, { hosts: true }), { events }),
 *     )
 *     await session.close()
 *
 * and below that `parseStack`, `observeStack`, `makePlan` and `applyPlan`, with ports composed of `createEc2Cloud`,
 * `createHosts`, `createLocalKeys` and `createSync`, or of implementations of one's own. These move with evenkeel's inside;
 * what `evenkeel` itself exports stays.
 */

import './ambient.js'

export { applyStack, type ApplyStackOptions, isNothingToDo, leftAfter } from './app/apply-stack.js'
export { breakStackLock, readStackLock, type StackLock } from './app/lock/standing-lock.js'
export { withLock, type LockOptions } from './app/lock/with-lock.js'
export { copyByHand, type HandCopy } from './app/copy-by-hand.js'
export type { Place } from './app/place.js'
export { planRule } from './app/plan-rule.js'
export {
  planCheckpoint,
  planCheckpointDeletion,
  planRestore,
  planSnapshot,
  planSnapshotDeletion,
} from './app/plan-snapshots.js'
export { driftOfStack, type PlanChoice, planDestroy, type PlanningOptions, planStack } from './app/plan-stack.js'
export { runOnServer } from './app/servers/run-on-servers.js'
export { openSession, type Session, type SessionOptions } from './app/session.js'
export { readStackFile, type StackFile, type StackFileOptions } from './app/stack-file.js'

export { type Code, codes } from './core/codes.js'
export { type Clock, scaledClock, systemClock } from './core/clock.js'
export {
  BugError,
  Cancelled,
  type Diagnostic,
  type ErrorClass,
  EvenkeelError,
  HostError,
  LockError,
  PlanError,
  ProviderError,
  SpecError,
  UsageError,
} from './core/errors.js'

export { type Address, parseAddress } from './model/address.js'
export type { GivenBase } from './spec/bases/compose.js'
export { baseNamedIn } from './spec/bases/named-base.js'
export { type ParseInput, type ParseResult, parseStack } from './spec/parse.js'
export type { StackSpec, Target } from './model/stack-spec.js'

export type { Change, Diff, Impact } from './model/change.js'
export { driftOf, type DriftReport } from './model/drift-report.js'
export type { HostFacts } from './model/inside/host-facts.js'
export type { SyncFacts } from './model/kinds/sync-rule.js'
export type { LiveStack } from './model/live-stack.js'
export { makeDestroyPlan, makePlan } from './planner/make-plan.js'
export type { Plan } from './model/plan.js'
export type { Problem } from './model/plan-problem.js'
export type { Step, StepId } from './model/steps/step.js'

export { type ApplyOptions, applyPlan, defaultConcurrency } from './executor/apply-plan.js'
export type { EventSink, RunEvent } from './executor/events.js'
export { type ObserveOptions, observeStack } from './executor/observe/observe-stack.js'
export type { ApplyResult, Outcome } from './executor/outcome.js'
export type {
  CloudPort,
  CopyFigures,
  ExecStreams,
  HostAccess,
  HostPort,
  LocalKeysPort,
  Ports,
  SyncPort,
} from './executor/ports.js'

export { createHosts } from './hosts/hosts.js'
export { createLocalKeys } from './hosts/keys/local-keys.js'
export { createEc2Cloud } from './providers/ec2/cloud.js'
export type { Ec2Options, Ec2Target } from './providers/ec2/wire/ec2-target.js'
export { createSync } from './sync/sync.js'
export { createSandbox } from './sandbox/sandbox.js'
