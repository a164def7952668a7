import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import { membersOf } from '../../model/ledger/members.js'

/**
 * Says that this process carries a round out, until what is returned is called. Throws a UsageError where another does that still; one that was
 * killed holds nothing. Throws one, too, where it cannot be written down. Of those who come in one moment one has it: each writes a line
 * at the end of one file, and the first whose writer lives holds.
 */
export function holdRound(folder: string, round: string): () => void {
  const path = join(folder, `${round}.held`)
  const own: Holder = { pid: process.pid, startedAt: startOf(process.pid), nonce: randomUUID() }
  let holder: Holder | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Whoever has just ended may have taken the file away, with this line in it.
    while (holder === undefined) {
      appendFileSync(path, `\n${JSON.stringify(own)}\n`, { mode: 0o600 })
      holder = holderIn(path, own)
    }
  } catch (error) {
    throw new UsageError('FILE_UNWRITABLE', `the journal of this round cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
  if (holder.nonce !== own.nonce) {
    throw new UsageError('FLEET_ROUND_RUNS', `this round runs still, in process ${holder.pid}, and nothing was begun`, {
      hint: 'wait until it has ended, or end it by Ctrl-C; what is left then goes on with --resume',
    })
  }
  return () => rmSync(path, { force: true })
}

interface Holder {
  readonly pid: number
  /** Undefined: this machine does not tell. */
  readonly startedAt: string | undefined
  readonly nonce: string
}

/** The first that lives, which is this one at the latest; undefined: the file is another by now. */
function holderIn(path: string, own: Holder): Holder | undefined {
  const all = linesOf(path).flatMap((line) => holderOf(line) ?? [])
  const isHere = all.some(({ nonce }) => nonce === own.nonce)
  return isHere ? all.find((one) => one.nonce === own.nonce || isAlive(one)) : undefined
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}

function holderOf(line: string): Holder | undefined {
  try {
    const { pid, startedAt, nonce } = membersOf(JSON.parse(line))
    if (typeof pid !== 'number' || typeof nonce !== 'string') return undefined
    return { pid, startedAt: typeof startedAt === 'string' ? startedAt : undefined, nonce }
  } catch {
    return undefined
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  return startedAt !== undefined && startOf(pid) === startedAt
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
