import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../../core/errors.js'
import { exitCodes } from '../../core/exit-codes.js'
import { membersOf } from '../../model/ledger/members.js'
import { isRunName, jobOf } from '../jobs/job.js'
import { reportOf } from '../jobs/report.js'
import type { FleetJob, JobReport } from '../types.js'

/** Chosen: enough to see what was done this week, and never much of a disk. */
const roundsKept = 50

/** What one command does to many stacks, written down while it is done: `--resume` goes on from there. */
export interface RoundJournal {
  ended(report: JobReport): void
  /** Nothing is left of it to resume. */
  finished(): void
}

/** What is known of a round. */
export interface Round {
  readonly round: string
  readonly kind: FleetJob['kind']
  readonly jobs: readonly FleetJob[]
  /** Of the jobs that have ended. */
  readonly reports: readonly JobReport[]
  readonly isFinished: boolean
}

/** Begins the journal of a round, a JSON object a line. Throws a UsageError where it cannot be written: such a round could not be resumed. */
export function beginRound(folder: string, { round, kind, jobs }: Omit<Round, 'reports' | 'isFinished'>): RoundJournal {
  return journalOf(pathOf(folder, round), (path) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    dropOldest(folder)
    const first = { event: 'round', formatVersion: 1, round, kind, jobs }
    writeFileSync(path, `${JSON.stringify(first)}\n`, { mode: 0o600, flag: 'wx' })
  })
}

/** Goes on with the journal of a round, behind a line that was not written to its end. Throws as `beginRound` does. */
export function goOnWithRound(folder: string, { round }: Pick<Round, 'round'>): RoundJournal {
  return journalOf(pathOf(folder, round), (path) => appendFileSync(path, '\n'))
}

function journalOf(path: string, begin: (path: string) => void): RoundJournal {
  try {
    begin(path)
  } catch (error) {
    throw new UsageError('FILE_UNWRITABLE', `the journal of this round cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return journalAt(path)
}

/** The last round of a kind; undefined: there was none. */
export function lastRound(folder: string, kind: FleetJob['kind']): Round | undefined {
  for (const name of roundsIn(folder).reverse()) {
    const round = readRound(join(folder, name))
    if (round?.kind === kind && `${round.round}.jsonl` === name) return round
  }
  return undefined
}

/** What was interrupted has not ended: whoever resumes goes on with it. */
export function hasEnded({ exitCode }: Pick<JobReport, 'exitCode'>): boolean {
  return exitCode !== exitCodes.interrupted
}

function journalAt(path: string): RoundJournal {
  const write = (line: object) => appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  return {
    ended(report) {
      if (hasEnded(report)) write({ event: 'ended', report })
    },
    finished: () => write({ event: 'finished' }),
  }
}

/** What cannot be read is left out: the end of a line that was being written, and what somebody else wrote. */
function readRound(path: string): Round | undefined {
  const [first = {}, ...rest] = readFileSync(path, 'utf8').split('\n').map(parsed)
  const { event, formatVersion, round, kind, jobs } = membersOf(first)
  if (event !== 'round' || formatVersion !== 1 || !isRunName(round) || !Array.isArray(jobs)) return undefined
  try {
    const known = jobs.map(jobOf)
    const of = known[0]?.kind
    if (of === undefined || of !== kind) return undefined
    const reports = rest.flatMap((line) => reportOf(membersOf(line)['report']) ?? [])
    const isFinished = rest.some((line) => membersOf(line)['event'] === 'finished')
    return { round, kind: of, jobs: known, reports, isFinished }
  } catch {
    return undefined
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function pathOf(folder: string, round: string): string {
  return join(folder, `${round}.jsonl`)
}

/** The names begin with the time. */
function roundsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
  } catch {
    return []
  }
}

function dropOldest(folder: string): void {
  for (const name of roundsIn(folder).slice(0, -(roundsKept - 1))) {
    // With what a killed process left beside it.
    for (const of of [name, name.replace(/jsonl$/, 'held')]) rmSync(join(folder, of), { force: true })
  }
}
