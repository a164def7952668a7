import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import {
  countedKinds,
  isKept,
  type CountedKind,
  type StackSummary,
  type Whereabouts,
} from '../../model/stacks/stack-summary.js'
import { holderText } from '../../model/ledger/lock.js'
import { legibleData, legibleJson } from '../legible.js'
import { lockMembers } from '../lock-text.js'
import { shortRevision } from '../plan/plan-heading.js'
import { ageText, agoText, tableLines } from '../tables/table.js'

const stacksFormatVersion = 1

/** What counts among "other things" in the table, each with its word. */
const others: Readonly<Partial<Record<CountedKind, readonly [string, string]>>> = {
  securityGroups: ['group', 'groups'],
  keyPairs: ['key', 'keys'],
  networks: ['part of networks', 'parts of networks'],
  elasticIps: ['address', 'addresses'],
  images: ['image', 'images'],
  placementGroups: ['placement group', 'placement groups'],
  keptVolumes: ['kept volume', 'kept volumes'],
  snapshots: ['snapshot', 'snapshots'],
  temporaries: ['left of a run', 'left of a run'],
}

/** Every stack of an account and region for people, by name. */
export function stacksText(
  found: readonly StackSummary[],
  where: Whereabouts,
  { nowMs, color }: { readonly nowMs: number; readonly color: boolean },
): string {
  const colors = createColors(color)
  const stacks = legibleData(found)
  const place = placeOf(where)
  if (stacks.length === 0) return `There is no stack in ${place}.\n`
  const [head = '', ...lines] = tableLines([
    ['STACK', 'AGE', 'SERVERS', 'VOLUMES', 'OTHERS', 'APPLIED', 'REVISION', 'NOW'],
    ...stacks.map((stack) => [
      stack.stack,
      stack.oldestAt === undefined ? '-' : ageText(stack.oldestAt, nowMs),
      serversText(stack),
      stack.counts.volumes === 0 ? '-' : `${stack.counts.volumes} (${stack.volumesGiB} GiB)`,
      othersText(stack),
      stack.appliedAt === undefined ? '-' : agoText(stack.appliedAt, nowMs),
      stack.revision === undefined ? '-' : shortRevision(stack.revision),
      nowText(stack),
    ]),
  ])
  const only = stacks.filter(({ counts }) => countedKinds.every((kind) => isKept(kind) || counts[kind] === 0))
  const rest =
    only.length === 0
      ? []
      : ['', colors.dim(`Only what was kept is left of ${only.map(({ stack }) => stack).join(', ')}.`)]
  return `${[`${count(stacks.length, 'stack')} in ${place}`, '', colors.bold(head), ...lines, ...rest].join('\n')}\n`
}

/** As `stacks --json` prints them (schema/stacks.schema.json). */
export function stacksJson(found: readonly StackSummary[], { region, account }: Whereabouts): string {
  const stacks = found.map(({ stack, oldestAt, counts, runningServers, volumesGiB, revision, appliedAt, ...rest }) => ({
    stack,
    oldestAt: oldestAt ?? null,
    counts,
    runningServers,
    volumesGiB,
    revision: revision ?? null,
    appliedAt: appliedAt ?? null,
    lastRun: rest.lastRun?.run ?? null,
    lock: lockMembers(rest.lock, 'unknown'),
  }))
  return `${legibleJson({ formatVersion: stacksFormatVersion, region, account: account ?? null, stacks }, 2)}\n`
}

function placeOf({ region, account }: Whereabouts): string {
  return account === undefined ? region : `${region}, account ${account}`
}

function serversText({ counts: { servers }, runningServers }: StackSummary): string {
  if (servers === 0) return '-'
  return runningServers === servers ? String(servers) : `${servers} (${runningServers} running)`
}

function othersText({ counts }: StackSummary): string {
  const parts = countedKinds.flatMap((kind) => {
    const words = others[kind]
    return words === undefined || counts[kind] === 0 ? [] : [count(counts[kind], ...words)]
  })
  return parts.length === 0 ? '-' : parts.join(', ')
}

function nowText({ lock, lastRun }: StackSummary): string {
  if (lock) return lock.content ? `changed by ${holderText(lock.content)}` : 'locked'
  return lastRun && lastRun.outcome !== 'converged' ? 'last run did not end well' : '-'
}
