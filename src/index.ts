/**
 * The library: what the command line does, as functions that neither print nor exit. docs/library.md shows how it is used;
 * what it is made of is `evenkeel/parts`.
 *
 * @module evenkeel
 */

import './ambient.js'

export {
  applySaved,
  openStack,
  type OpenStackOptions,
  type Stack,
  type StackPlanOptions,
  type StackRun,
  type StackRunOptions,
} from './library/open-stack.js'
export { renderDrift, renderLive, type RenderOptions, renderPlan } from './library/render.js'
export { findSandbox, type SandboxChoice, startSandbox, stopSandbox } from './library/sandboxes.js'
export { readStackFile, type StackFile, type StackFileOptions } from './app/stack-file.js'
export type { SandboxEndpoint } from './sandbox/endpoint-file.js'

export { type Code, codes } from './core/codes.js'
export {
  Cancelled,
  type Diagnostic,
  EvenkeelError,
  HostError,
  LockError,
  PlanError,
  ProviderError,
  SpecError,
  UsageError,
} from './core/errors.js'

export type { EventSink, RunEvent } from './executor/events.js'
export type { ApplyResult, MadeResource, Outcome } from './executor/outcome.js'
export type { ExecStreams } from './executor/ports.js'
export type { Address } from './model/address.js'
export type { Change, Diff, Impact } from './model/change.js'
export type { DriftReport } from './model/drift-report.js'
export type { LiveStack } from './model/live-stack.js'
export type { Plan } from './model/plan.js'
export type { Problem } from './model/plan-problem.js'
export type { Step } from './model/steps/step.js'
