import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { canonicalJson, digestOfText } from '../../core/digest.js'
import { messageOf, PlanError, UsageError } from '../../core/errors.js'
import type { Plan } from '../../model/plan.js'
import type { PlanPlace } from '../../model/stacks/plan-place.js'
import type { PlanBasis } from '../../planner/saved/plan-basis.js'
import type { PlanChoice } from '../plan-stack.js'
import { readText } from '../input/read-text.js'
import { writeWhole } from './write-whole.js'

/** What `plan --out` writes: all that it takes to carry out that very plan, on any machine and in any checkout. */
export interface PlanFile {
  readonly kind: 'plan-file'
  /** Rises when a member changes its meaning; what another version saved is refused. */
  readonly formatVersion: typeof planFileFormat
  /** ISO 8601. */
  readonly madeAt: string
  /** The run that the plan's steps name: carrying it out is that run. */
  readonly run: string
  readonly stackFile: StackFilePlaces
  readonly options: PlanFileOptions
  /** Left out: the plan needs none. */
  readonly secrets?: readonly SavedSecret[]
  /** What the plan was made from. */
  readonly basis: PlanBasis
  readonly plan: Plan
  /** For who reads it; nothing is carried out by it. */
  readonly place?: PlanPlace
}

/** The stack file by three ways, of which another machine has at least one. */
export interface StackFilePlaces {
  readonly fromWorkingDirectory: string
  readonly fromPlanFile: string
  readonly absolute: string
}

/** What was said on the command line, by which the file and the world are read again. */
export interface PlanFileOptions {
  /** What was given for variables, which may be on another machine only; nothing of sensitive ones. */
  readonly variables: Readonly<Record<string, string>>
  readonly target?: string
  readonly hosts: PlanChoice['hosts']
  readonly checkpoint?: string
}

/** A sensitive variable whose value the plan needs: by what the value that it was made with is known again. */
export interface SavedSecret {
  readonly variable: string
  /** Hex; drawn for this file. */
  readonly salt: string
  readonly digest: string
}

/** Chosen: what JSON.parse takes in seconds; the plan of 10,000 servers fits. */
const bytesMax = 256 * 1024 * 1024

/** 0.1.0 wrote the first, without a basis. */
export const planFileFormat = 2

/** Writes the file whole or not at all, for its owner alone: user data stands in it. Throws a UsageError where it cannot. */
export function writePlanFile(path: string, file: Omit<PlanFile, 'kind' | 'formatVersion'>): void {
  const whole: PlanFile = { kind: 'plan-file', formatVersion: planFileFormat, ...file }
  const text = `${JSON.stringify({ ...whole, digest: digestOf(whole) }, null, 1)}\n`
  writeWhole(path, text, { what: 'the plan', mode: 0o600 })
}

/** Whether a file that `apply` is given holds, or should hold, a plan: every `.json` but a stack file in JSON, and what begins as one. */
export function looksLikePlanFile(path: string): boolean {
  // A large one is read once.
  if (beginsAsPlan(path)) return true
  if (!path.endsWith('.json')) return false
  const content = contentOf(path)
  return !(isMembers(content) && 'evenkeel' in content)
}

/** Of what is no plain file nothing is read twice. */
function beginsAsPlan(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false
  return /^\s*\{\s*"kind"\s*:\s*"plan-file"/.test(stretchOf(path, 0))
}

/** The digest is written last. */
function endsAsPlan(path: string, size: number): boolean {
  return /"digest"\s*:\s*"\w+"\s*\}\s*$/.test(stretchOf(path, size - stretchBytes))
}

const stretchBytes = 256

/** What stands in a file from so many bytes on; nothing of what cannot be read. */
function stretchOf(path: string, position: number): string {
  const stretch = Buffer.alloc(stretchBytes)
  try {
    const file = openSync(path, 'r')
    const bytes = readSync(file, stretch, 0, stretchBytes, position)
    closeSync(file)
    return stretch.toString('utf8', 0, bytes)
  } catch {
    return ''
  }
}

/**
 * Reads what was saved. Throws a PlanError for a plan that another version saved, and a UsageError for what is no saved plan,
 * or is not what was saved.
 */
export function readPlanFile(path: string): PlanFile {
  const content = contentOf(path)
  if (!isMembers(content)) throw notAPlan(path, 'is not a plan that evenkeel saved')
  const { digest, ...file } = content
  const isView = file['kind'] === 'plan-view' || (file['kind'] === undefined && 'summary' in file && 'changes' in file)
  if (isView) throw notAPlan(path, 'is the output of `plan --json`, which is for reading: it lacks what an apply needs')
  const isPlan = file['kind'] === 'plan-file' || ('plan' in file && 'stackFile' in file)
  if (!isPlan) throw notAPlan(path, 'is not a plan that evenkeel saved')
  if (file['formatVersion'] !== planFileFormat) {
    throw new PlanError('PLAN_STALE', `${path} was saved by another version of evenkeel, and nothing was done`, [], {
      hint: 'make a new plan with `evenkeel plan --out` or `evenkeel fleet plan`, and read it again',
    })
  }
  if (digest === undefined || digest !== digestOfParsed(file))
    throw notAPlan(path, 'is not what was saved: it was edited, or is not whole')
  return file as unknown as PlanFile
}

/** Over everything else in the file: what was reviewed is what is carried out. It finds mistakes; it is no signature. */
function digestOf(file: object): string {
  return digestOfText(canonicalJson(JSON.parse(JSON.stringify(file))))
}

/** The same of what comes from JSON; undefined for what is nested more deeply than any plan is. */
function digestOfParsed(file: object): string | undefined {
  try {
    return digestOfText(canonicalJson(file))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Chosen: what is read and parsed in a blink. A larger file is looked at by its ends before it is read. */
const smallBytesMax = 8 * 1024 * 1024

function contentOf(path: string): unknown {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === true && found.size > smallBytesMax && !(beginsAsPlan(path) && endsAsPlan(path, found.size))) {
    throw notAPlan(path, 'is not a plan that evenkeel saved, or not whole')
  }
  const text = readText(path, bytesMax)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notAPlan(path, `is not JSON, or not whole (${messageOf(error)})`, error)
  }
}

function isMembers(content: unknown): content is Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null && !Array.isArray(content)
}

function notAPlan(path: string, why: string, cause?: unknown): UsageError {
  return new UsageError('PLAN_FILE_UNUSABLE', `${path} ${why}`, {
    cause,
    hint: 'make a plan with `evenkeel plan --out plan.json`',
  })
}
