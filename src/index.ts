/**
 * The library: everything that the command line does, as functions. A run is
 *
 *     const parsed = parseStack({ file, text })
 *     const live = await observeStack(parsed.spec, ports, { hosts: true })
 *     const plan = makePlan(parsed.spec, live, {})
 *     const result = await applyPlan(plan, ports, { run })
 *
 * with `ports` composed of `createEc2Cloud`, `createHosts`, `createLocalKeys` and `createSync`, or of implementations of
 * one's own. Nothing here prints, exits, or reads the environment, but for what the AWS SDK's default chain reads.
 */

export { type Code, codes } from './core/codes.js'
export { type Clock, scaledClock, systemClock } from './core/clock.js'
export {
  BugError,
  Cancelled,
  type Diagnostic,
  type ErrorClass,
  EvenkeelError,
  HostError,
  PlanError,
  ProviderError,
  SpecError,
  UsageError,
} from './core/errors.js'

export { type Address, parseAddress } from './model/address.js'
export { type ParseInput, type ParseResult, parseStack } from './spec/parse.js'
export type { StackSpec, Target } from './model/stack-spec.js'

export type { Change, Diff, Impact } from './model/change.js'
export { driftOf } from './model/drift-report.js'
export type { HostFacts, LiveStack, SyncFacts } from './model/live-stack.js'
export { makeDestroyPlan, makePlan } from './planner/make-plan.js'
export type { Plan } from './model/plan.js'
export type { Problem } from './model/plan-problem.js'
export type { Step, StepId } from './model/step.js'

export { type ApplyOptions, applyPlan, defaultConcurrency } from './executor/apply-plan.js'
export type { EventSink, RunEvent } from './executor/events.js'
export { type ObserveOptions, observeStack } from './executor/observe/observe-stack.js'
export type { ApplyResult, Outcome } from './executor/outcome.js'
export type { CloudPort, HostAccess, HostPort, LocalKeysPort, Ports, SyncPort } from './executor/ports.js'

export { createHosts } from './hosts/hosts.js'
export { createLocalKeys } from './hosts/local-keys.js'
export { createEc2Cloud } from './providers/ec2/cloud.js'
export type { Ec2Options, Ec2Target } from './providers/ec2/target.js'
export { createSync } from './sync/sync.js'
export { createSandbox } from './sandbox/sandbox.js'
