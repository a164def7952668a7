import { lockText, type LockSight } from '../model/ledger/lock.js'
import { legible, legibleJson } from './legible.js'

/** Of what `lock show --json` prints; raised when a member changes its meaning or goes. */
const lockFormatVersion = 1

/** Whether the process that holds it lives. */
type Liveness = 'alive' | 'dead' | 'unknown'

/** A lock that somebody holds while something else is told. */
export interface RunningLock {
  readonly sight: LockSight
  readonly liveness: Liveness
}

const livenessText: Readonly<Record<Liveness, string>> = {
  alive: 'its process runs on this machine',
  dead: 'its process is gone: the next run takes it over at once',
  unknown: 'whether it lives is not known here: the next run takes it over when it has seen no sign of it for a minute',
}

/** Who holds a stack's lock, as a paragraph. */
export function lockShownText(stack: string, sight: LockSight | undefined, liveness: Liveness): string {
  if (!sight) return `Nobody holds the lock of ${stack}.\n`
  const { id, beat, content } = sight
  if (!content) {
    return legible(`The lock of ${stack} (${id}) is held by something that wrote nothing readable into it.\n`)
  }
  const { user, host, pid } = content.holder
  const rows = [
    ['holder', `${user}@${host}, pid ${pid}`],
    ['run', content.epoch.run],
    ['since', content.since],
    ...(content.epoch.revision === undefined ? [] : [['revision', content.epoch.revision]]),
    ['beats', String(beat)],
    ['template', id],
  ]
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`)
  return legible([`The lock of ${stack} is held; ${livenessText[liveness]}.`, ...lines, ''].join('\n'))
}

/** That a plan was made while somebody changed the stack. */
export function runningText(stack: string, sight: LockSight): string {
  return `The stack ${stack} is being changed by ${lockText(sight)}: the plan shows it in the middle of that.`
}

/** Who holds a stack's lock, as members of JSON; null: nobody. */
export function lockMembers(sight: LockSight | undefined, liveness: Liveness): object | null {
  if (!sight) return null
  const { id, beat, content } = sight
  return {
    id,
    beat,
    holder: content ? { user: content.holder.user, host: content.holder.host, pid: content.holder.pid } : null,
    run: content?.epoch.run ?? null,
    revision: content?.epoch.revision ?? null,
    since: content?.since ?? null,
    liveness,
  }
}

/** As `lock show --json` prints it (schema/lock.schema.json), with a line break at the end. */
export function lockShownJson(stack: string, sight: LockSight | undefined, liveness: Liveness): string {
  return `${legibleJson({ formatVersion: lockFormatVersion, stack, lock: lockMembers(sight, liveness) }, 2)}\n`
}
