import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import { membersOf } from '../../model/ledger/members.js'

/**
 * Says that this process carries a round out, until what is returned is called. Throws a UsageError where another does that still; one that was
 * killed holds nothing. Throws one, too, where it cannot be written down.
 */
export function holdRound(folder: string, round: string): () => void {
  const path = join(folder, `${round}.held`)
  const holder = holderIn(path)
  if (holder !== undefined) {
    throw new UsageError('FLEET_ROUND_RUNS', `this round runs still, in process ${holder}, and nothing was begun`, {
      hint: 'wait until it has ended, or end it by Ctrl-C; what is left then goes on with --resume',
    })
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    rmSync(path, { force: true })
    const held = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) })
    writeFileSync(path, held, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new UsageError('FILE_UNWRITABLE', `the journal of this round cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return () => rmSync(path, { force: true })
}

/** The process that holds it and lives. */
function holderIn(path: string): number | undefined {
  try {
    const { pid, startedAt } = membersOf(JSON.parse(readFileSync(path, 'utf8')))
    const isAlive = typeof pid === 'number' && typeof startedAt === 'string' && startOf(pid) === startedAt
    return isAlive ? pid : undefined
  } catch {
    return undefined
  }
}

/** When a living process of this machine began, since a number is another's some day; undefined: there is none, or no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, the name, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}
