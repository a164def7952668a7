import { legible } from '../../report/legible.js'
import { accountOf, type Standing } from '../reports/standing.js'
import type { FleetStack } from '../types.js'
import type { JobUnderWay, SeenWorker, WaitingJobs } from './under-way.js'
import { shownStates, stateOf } from './views/words.js'

export interface MetricsParts {
  readonly fleet: string
  readonly version: string
  readonly standings: readonly Standing[]
  readonly jobs: readonly JobUnderWay[]
  readonly waiting: readonly WaitingJobs[]
  /** Left out: there is no queue, and this process does the work. */
  readonly workers?: readonly SeenWorker[]
  /** Whether the fleet's file, its repositories and what was seen of its stacks could be read. */
  readonly isReadable: boolean
  readonly nowMs: number
}

type Labels = Readonly<Record<string, string>>
type Sample = readonly [Labels, number]

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

const kinds = ['drift', 'plan', 'apply'] as const

/** What Prometheus asks for, with a line break at the end. All are gauges: what was last seen, not what has happened since a start. */
export function metricsText(parts: MetricsParts): string {
  const { fleet, version, standings, jobs, waiting, workers, isReadable, nowMs } = parts
  const reports = standings.flatMap(({ stack, reports }) =>
    kinds.flatMap((kind) => {
      const report = reports[kind]
      return report ? [{ labels: { ...stackLabels(stack), kind }, report }] : []
    }),
  )
  const secondsOf = (moment: string) => Date.parse(moment) / 1000
  const families: readonly (readonly [name: string, help: string, samples: readonly Sample[]])[] = [
    ['evenkeel_fleet_info', 'Which evenkeel tells this.', [[{ version }, 1]]],
    [
      'evenkeel_fleet_readable',
      '1: what is told is as new as it should be; 0: the file, a repository or the queue cannot be read, or a report cannot be kept.',
      [[{}, isReadable ? 1 : 0]],
    ],
    ['evenkeel_fleet_stacks', 'Stacks by state, account and region.', stackCounts(standings)],
    [
      'evenkeel_fleet_saved_plans',
      'Saved plans that wait to be applied.',
      [[{}, standings.filter(({ plan }) => plan !== undefined).length]],
    ],
    [
      'evenkeel_fleet_stack_seconds_since_look',
      'Seconds since a stack was last looked at, by whatever job.',
      standings.flatMap(({ stack, last }): readonly Sample[] =>
        last ? [[stackLabels(stack), Math.max(0, nowMs / 1000 - secondsOf(last.endedAt))]] : [],
      ),
    ],
    [
      'evenkeel_fleet_job_last_end_timestamp_seconds',
      'When the last job of a stack and kind ended, since the epoch.',
      reports.map(({ labels, report }) => [labels, secondsOf(report.endedAt)]),
    ],
    [
      'evenkeel_fleet_job_last_duration_seconds',
      'How long the last job of a stack and kind took.',
      reports.map(({ labels, report }) => [labels, Math.max(0, secondsOf(report.endedAt) - secondsOf(report.beganAt))]),
    ],
    [
      'evenkeel_fleet_job_last_exit_code',
      'Exit status of the last job of a stack and kind.',
      reports.map(({ labels, report }) => [labels, report.exitCode]),
    ],
    [
      'evenkeel_fleet_jobs_under_way',
      'Jobs that somebody works on, by kind.',
      kinds.map((kind) => [{ kind }, jobs.filter((job) => job.kind === kind && job.worker !== undefined).length]),
    ],
    [
      'evenkeel_fleet_jobs_waiting',
      'Jobs that wait in the queue of an account and region.',
      workers === undefined
        ? [[{}, jobs.filter(({ worker }) => worker === undefined).length]]
        : waiting.map(({ account, region, amount }) => [{ account, region }, amount]),
    ],
    [
      'evenkeel_fleet_workers',
      'Workers that were there in the last half minute.',
      workers ? [[{}, workers.length]] : [],
    ],
  ]
  return families
    .filter(([, , samples]) => samples.length > 0)
    .map(([name, help, samples]) => {
      const lines = samples.map(([labels, value]) => `${name}${labelText({ fleet, ...labels })} ${value}`)
      return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('\n')}\n`
    })
    .join('')
}

/** Each state of each account and region, those that no stack is in too: an alert does not wait for a series to come. */
function stackCounts(standings: readonly Standing[]): readonly Sample[] {
  const accounts = new Map(standings.map(({ stack }) => [accountOf(stack), placeLabels(stack)]))
  return [...accounts].flatMap(([account, labels]) => {
    const own = standings.filter(({ stack }) => accountOf(stack) === account)
    return shownStates.map((state): Sample => [
      { ...labels, state },
      own.filter((standing) => stateOf(standing) === state).length,
    ])
  })
}

function placeLabels({ place }: FleetStack): Labels {
  return { account: place?.account ?? '', region: place?.region ?? '' }
}

function stackLabels(stack: FleetStack): Labels {
  return { stack: stack.id, ...placeLabels(stack) }
}

function labelText(labels: Labels): string {
  const members = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${members.join(',')}}`
}

function escaped(value: string): string {
  return legible(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
