import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PlanError, UsageError } from '../core/errors.js'
import type { Plan } from '../model/plan.js'
import type { PlanChoice } from './plan-stack.js'
import { unreadableFile, type StackFile, type StackFileOptions } from './stack-file.js'

/** What `plan --out` writes: the plan for people and programs to read, and what it takes to make it again. */
interface SavedPlan {
  readonly formatVersion: 1
  /** Absolute. */
  readonly stackFile: string
  readonly options: SavedOptions
  readonly plan: Plan
}

/** The words of the command line, by the names of its options. */
interface SavedOptions {
  readonly var?: Readonly<Record<string, string>>
  readonly varFile?: readonly string[]
  readonly target?: string
  readonly hosts: boolean
  readonly updateImages?: readonly string[]
  readonly checkpoint?: string
}

/** What `readSavedPlan` reads: a plan, and the words with which it was made. */
export function savedPlanText(plan: Plan, file: StackFile, options: StackFileOptions & PlanChoice): string {
  const { variables, variableFiles } = options
  const saved: SavedPlan = {
    formatVersion: 1,
    stackFile: resolve(file.path),
    options: {
      ...(variables && { var: variables }),
      ...(variableFiles && { varFile: variableFiles.map((path) => resolve(path)) }),
      ...(options.target !== undefined && { target: options.target }),
      hosts: options.hosts === true,
      ...(options.updateImages && { updateImages: options.updateImages }),
      ...(options.checkpoint !== undefined && { checkpoint: options.checkpoint }),
    },
    plan,
  }
  return `${JSON.stringify(saved, null, 2)}\n`
}

/** Reads what was saved; throws a UsageError when it is not that. */
export function readSavedPlan(path: string): SavedPlan {
  let saved: Partial<SavedPlan>
  try {
    saved = JSON.parse(readFileSync(path, 'utf8')) as Partial<SavedPlan>
  } catch (error) {
    throw unreadableFile(path, error)
  }
  if (saved.formatVersion !== 1 || saved.plan === undefined || saved.stackFile === undefined || !saved.options) {
    throw new UsageError('STACK_FILE_UNREADABLE', `${path} is not a plan that this evenkeel saved`, {
      hint: 'make one with `evenkeel plan --out plan.json`',
    })
  }
  return saved as SavedPlan
}

/** Throws when the stack file, or the world, is not what the saved plan was made from: then it is not what was read and approved. */
export function assertFresh({ plan: saved, stackFile }: SavedPlan, now: Plan): void {
  const changed = [
    ...(saved.specDigest === now.specDigest ? [] : [`the stack file ${stackFile}`]),
    ...(saved.liveDigest === now.liveDigest ? [] : ['the live stack']),
  ]
  if (changed.length === 0) return
  throw new PlanError('PLAN_STALE', `${changed.join(' and ')} changed since the plan was saved`, [], {
    hint: 'make a new plan with `evenkeel plan --out`, and read it again',
  })
}
