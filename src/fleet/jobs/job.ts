import { UsageError } from '../../core/errors.js'
import { digestOfText } from '../../core/digest.js'
import type { FleetJob } from '../types.js'

export const jobKinds = ['plan', 'drift', 'apply'] as const

/** Of a fleet, as of stacks. */
const namePattern = /^[a-z][a-z0-9-]{0,62}$/
/** Of a round and of a run: `20261122T101500Z-1f2e3d`. */
const runPattern = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/
const planPattern = /^[0-9a-f]{12}-[0-9A-Za-z][0-9A-Za-z-]{0,63}$/
const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const digestPattern = /^[0-9a-f]{64}$/
/** Chosen: longer than any path that a system takes. */
const idLengthMax = 4_096

const members = ['formatVersion', 'fleet', 'round', 'kind', 'stack', 'commit', 'plan', 'planDigest', 'run'] as const

/** What an unknown value says, which may come from anywhere. Throws a UsageError where it is no job. */
export function jobOf(value: unknown): FleetJob {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noJob('it is no object')
  const given = value as Readonly<Record<string, unknown>>
  const foreign = Object.keys(given).find((name) => !(members as readonly string[]).includes(name))
  if (foreign !== undefined) throw noJob('it has a member that jobs do not have')
  if (given['formatVersion'] !== 1) throw noJob('it is of a form that another version of evenkeel made')
  const kind = jobKinds.find((name) => name === given['kind'])
  if (kind === undefined) throw noJob('its kind is none of plan, drift and apply')
  const planDigest = optional(given, 'planDigest', digestPattern)
  const job: FleetJob = {
    formatVersion: 1,
    fleet: text(given, 'fleet', namePattern),
    round: text(given, 'round', runPattern),
    kind,
    stack: stackId(given['stack']),
    commit: optional(given, 'commit', commitPattern),
    plan: optional(given, 'plan', planPattern),
    ...(planDigest !== undefined && { planDigest }),
    run: optional(given, 'run', runPattern),
  }
  const { plan, run, stack } = job
  if (kind !== 'apply' && (plan ?? run) !== undefined) throw noJob('only an apply has a plan or a run')
  if (kind === 'apply' && run === undefined) throw noJob('an apply says which run it is')
  if (plan !== undefined && !isPlanOf(plan, stack)) throw noJob('its plan is one of another stack')
  if (planDigest !== undefined && plan === undefined) throw noJob('it has the digest of a plan, and no plan')
  return job
}

/** Whether a text can be the id of a stack of a fleet: it is a path, below something. */
export function isStackId(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > idLengthMax) return false
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  return !/[\u0000-\u001F\u007F]/.test(value)
}

/** What a stack's files are called by in a fleet's folder, whatever its id is. */
export function stackKey(id: string): string {
  return digestOfText(id, 12)
}

/** What a plan is saved as that a run has made of a stack. */
export function planNameOf(id: string, run: string): string {
  return `${stackKey(id)}-${run}`
}

/** Whether a name is one of a saved plan of that stack. */
export function isPlanOf(name: string, id: string): boolean {
  return planPattern.test(name) && name.startsWith(`${stackKey(id)}-`)
}

/** Whether a text can be the name of a saved plan. */
export function isPlanName(value: unknown): value is string {
  return typeof value === 'string' && planPattern.test(value)
}

/** Whether a text can be the name of a round, or of a run. */
export function isRunName(value: unknown): value is string {
  return typeof value === 'string' && runPattern.test(value)
}

function stackId(value: unknown): string {
  if (!isStackId(value)) throw noJob('it names no stack')
  return value
}

function text(given: Readonly<Record<string, unknown>>, name: (typeof members)[number], pattern: RegExp): string {
  const value = given[name]
  if (typeof value !== 'string' || !pattern.test(value)) throw noJob(`its ${name} is not written as one`)
  return value
}

/** JSON has no undefined: left out, and null, say the same. */
function optional(
  given: Readonly<Record<string, unknown>>,
  name: (typeof members)[number],
  pattern: RegExp,
): string | undefined {
  return given[name] === undefined || given[name] === null ? undefined : text(given, name, pattern)
}

function noJob(why: string): UsageError {
  return new UsageError('FLEET_JOB_INVALID', `what is to be carried out is no job of a fleet: ${why}`, {
    hint: 'nothing was done; whoever writes into the queue has to be an evenkeel of this version',
  })
}
