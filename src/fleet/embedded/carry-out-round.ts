import { messageOf } from '../../core/errors.js'
import type { FleetEngine, FleetJob, FleetProgress, FleetStore, JobReport } from '../types.js'
import { hasEnded, type RoundJournal } from './round-journal.js'

export interface RoundOptions {
  readonly engine: FleetEngine
  readonly store: FleetStore
  readonly journal: RoundJournal
  readonly on: FleetProgress
  readonly signal: AbortSignal
  /** Tells others what a report says, where that is news. */
  readonly notify: (report: JobReport) => Promise<void>
  /** A sentence for people about something that is no result. */
  readonly onWarning: (text: string) => void
}

/**
 * Carries a round's jobs out and writes down what came of each as it comes. Resolves with the reports, in the order in which they
 * came; of what was not begun before the signal there is none.
 */
export async function carryOutRound(
  jobs: readonly FleetJob[],
  { engine, store, journal, on, signal, notify, onWarning }: RoundOptions,
): Promise<readonly JobReport[]> {
  const reports: JobReport[] = []
  const afterwards: Promise<void>[] = []
  /** Whatever goes wrong beside a result, the result is told. */
  const attempt = async (failure: string, work: () => unknown): Promise<void> => {
    try {
      await work()
    } catch (error) {
      onWarning(`${failure}: ${messageOf(error)}`)
    }
  }
  await engine.carryOut(
    jobs,
    {
      ...on,
      ended(report) {
        reports.push(report)
        afterwards.push(
          attempt('The journal of this round cannot be written', () => journal.ended(report)),
          attempt(`What was seen of ${report.id} cannot be kept`, () => engine.keepsReports || store.keep(report)),
          attempt(`What happened to ${report.id} could not be told`, () => notify(report)),
        )
        on.ended(report)
      },
    },
    signal,
  )
  await Promise.all(afterwards)
  if (reports.length === jobs.length && reports.every(hasEnded)) {
    await attempt('The journal of this round cannot be written', () => journal.finished())
  }
  return reports
}
