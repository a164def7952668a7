import { stackStates } from '../jobs/report.js'
import type { FleetJob, FleetStack, FleetStore, JobReport, StackPlace, StackState } from '../types.js'

type Reports = Partial<Record<FleetJob['kind'], JobReport>>

/** Where a stack stands: what was seen of it last, whatever looked. */
export interface Standing {
  readonly stack: FleetStack
  /** Undefined: nobody has looked yet. */
  readonly last: JobReport | undefined
  readonly reports: Reports
  /** A saved plan that waits for somebody to apply it. */
  readonly plan: string | undefined
}

/** Where each stack stands, in the order of the fleet. */
export async function standingsOf(stacks: readonly FleetStack[], store: FleetStore): Promise<readonly Standing[]> {
  const seen = await store.reports()
  return stacks.map((stack) => standingOf(stack, ofPlace(stack, seen.get(stack.id) ?? {})))
}

/** Stacks that a saved plan waits for and that the fleet has no more: renamed, moved or taken away. In order. */
export async function gonePlans(isKnown: (stack: string) => boolean, store: FleetStore): Promise<readonly string[]> {
  const seen = await store.reports()
  const waits = (reports: Reports) => reports.plan?.plan !== undefined && !isApplied(reports)
  return [...seen].flatMap(([id, reports]) => (!isKnown(id) && waits(reports) ? id : [])).toSorted()
}

/** What was seen under the same name in another place, or of a fleet that is called alike, says nothing of this stack. */
function ofPlace({ place }: FleetStack, reports: Reports): Reports {
  const keyOf = (one: StackPlace) => `${one.account} ${one.region} ${one.stack}`
  const isOf = (report: JobReport) => !place || !report.place || keyOf(place) === keyOf(report.place)
  return Object.fromEntries(Object.entries(reports).filter(([, report]) => isOf(report)))
}

function standingOf(stack: FleetStack, reports: Reports): Standing {
  const { plan } = reports
  const last = [reports.plan, reports.drift, reports.apply]
    .flatMap((report) => report ?? [])
    .sort((left, right) => Date.parse(left.endedAt) - Date.parse(right.endedAt))
    .at(-1)
  return { stack, last, reports, plan: isApplied(reports) ? undefined : plan?.plan }
}

function isApplied({ plan, apply }: Reports): boolean {
  return apply?.plan === plan?.plan && apply?.exitCode === 0
}

/** How many stacks stand where; `unseen`: at which nobody has looked. */
export function countsOf(standings: readonly Standing[]): ReadonlyMap<StackState | 'unseen', number> {
  const states = [...stackStates, 'unseen'] as const
  return new Map(
    states.map((state) => [state, standings.filter(({ last }) => (last?.state ?? 'unseen') === state).length]),
  )
}

/** The folder that a stack's file lies in, which is what people call an environment: `prod` of `environments/prod/stack.yaml`. */
export function environmentOf(id: string): string {
  const [path = ''] = id.split(':').slice(-1)
  return path.split('/').at(-2) ?? ''
}

/** `123456789012 us-east-1`: where its stacks are worked on together. */
export function accountOf({ place }: Pick<FleetStack, 'place'>): string {
  return place ? `${place.account} ${place.region}` : ''
}
