import { membersOf } from '../../model/ledger/members.js'
import type { JobReport, StackPlace, StackState } from '../types.js'
import { isPlanName, isRunName, isStackId, jobKinds } from './job.js'

export const stackStates = [
  'in-sync',
  'pending',
  'drift',
  'unknown',
  'failed',
  'locked',
] as const satisfies readonly StackState[]

/** Chosen: what is longer is no report that evenkeel wrote; the plan of 1,000 servers has a tenth. */
const textLengthMax = 16 * 1024 * 1024

/** What an unknown value says, from a file, a journal or a queue; undefined where it is no report. */
export function reportOf(value: unknown): JobReport | undefined {
  const given = membersOf(value)
  const { id, words, text, exitCode, errorCode, lockedBy, plan, round, outcome, changedBy, beganAt, endedAt } = given
  const kind = jobKinds.find((name) => name === given['kind'])
  const state = stackStates.find((name) => name === given['state'])
  const place = placeOf(given['place'])
  if (given['formatVersion'] !== 1 || kind === undefined || state === undefined || place === null) return undefined
  if (!isStackId(id) || !isRunName(round) || !isText(words) || !isText(text)) return undefined
  if (!isTime(beganAt) || !isTime(endedAt)) return undefined
  if (typeof exitCode !== 'number' || !Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) return undefined
  return {
    formatVersion: 1,
    round,
    kind,
    id,
    place,
    state,
    words,
    text,
    ...(isText(outcome) && { outcome }),
    exitCode,
    errorCode: isText(errorCode) ? errorCode : undefined,
    lockedBy: isText(lockedBy) ? lockedBy : undefined,
    plan: isPlanName(plan) ? plan : undefined,
    ...(isRunName(changedBy) && { changedBy }),
    beganAt,
    endedAt,
  }
}

/** Null: it is none. */
function placeOf(value: unknown): StackPlace | undefined | null {
  if (value === undefined || value === null) return undefined
  const { stack, account, region } = membersOf(value)
  return isText(stack) && isText(account) && isText(region) ? { stack, account, region } : null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textLengthMax
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value))
}
