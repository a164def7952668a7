import { resolve } from 'node:path'
import { UsageError } from '../../../core/errors.js'
import { count } from '../../../core/units.js'
import { fleetFolder, type FleetFolder } from '../../../fleet/embedded/fleet-folder.js'
import { forgetGone } from '../../../fleet/embedded/forget-gone.js'
import { createFolderStore } from '../../../fleet/embedded/store.js'
import { readFleet } from '../../../fleet/file/read-fleet.js'
import { takeWebhookKeys } from '../../../fleet/notify/webhook-keys.js'
import { matchesPattern } from '../../../fleet/stacks/pattern.js'
import { findStacks } from '../../../fleet/stacks/find-stacks.js'
import { mayMean, sorted } from '../../../fleet/stacks/repository-of.js'
import type { FleetSpec, FleetStack, FleetStore, SettingRule, UnreachableSource } from '../../../fleet/types.js'
import { givenVariables } from '../../given-variables.js'
import type { QueueConnection } from '../../../fleet/redis/connection.js'
import { legible } from '../../../report/legible.js'
import type { FleetOptions } from './fleet-options.js'
import { openQueue } from './queue-options.js'

/** A fleet with what this machine knows of it. */
export interface OpenFleet {
  readonly spec: FleetSpec
  readonly folder: FleetFolder
  readonly store: FleetStore
  /** Those that were asked for, in the order of the fleet. */
  readonly stacks: readonly FleetStack[]
  /** Repositories that could not be fetched and may have some of those that were asked for. */
  readonly unreachable: readonly UnreachableSource[]
  /** Where workers take the jobs from; undefined: this process does the work. */
  readonly queue: QueueConnection | undefined
}

interface Look {
  /** Repositories as this machine last saw them, where it has: nobody waits for a network. */
  readonly asLastSeen?: boolean
}

/** As `openFleet`; leaves its queue when the work is done, whatever came of it. */
export async function withFleet<Result>(
  options: FleetOptions,
  work: (fleet: OpenFleet) => Promise<Result>,
  look: Look = {},
): Promise<Result> {
  const fleet = await openFleet(options, look)
  try {
    return await work(fleet)
  } finally {
    await fleet.queue?.close()
  }
}

/** Reads a fleet's file and finds its stacks. Throws a UsageError for a pattern that fits none. */
async function openFleet(options: FleetOptions, look: Look): Promise<OpenFleet> {
  const { spec, all, stacks, unreachable, isWhole } = await readStacks(options, look)
  const own = fleetFolder(spec.name)
  const folder = options.plans === undefined ? own : { ...own, plans: resolve(options.plans) }
  const say = (text: string) => void process.stderr.write(`${legible(text)}\n`)
  for (const { match } of idleRules(spec, all, unreachable)) {
    say(`The override of ${match} fits none of the fleet's ${count(all.length, 'stack')}.`)
  }
  for (const { error } of unreachable) say(`${error.message}; the others go on.`)
  if (options.queue === undefined) {
    // Where not everything is known, nothing is taken for gone.
    if (isWhole && look.asLastSeen !== true) forgetGone(own, all)
    return { spec, folder, store: createFolderStore(folder.reports), stacks, unreachable, queue: undefined }
  }
  const { createReportStore } = await import('../../../fleet/redis/report-store.js')
  const queue = await openQueue(options.queue, options, say)
  return { spec, folder, store: createReportStore(queue.redis, spec.name), stacks, unreachable, queue }
}

/** What the fleet's file says now, all of its stacks, and those that were asked for. Throws a UsageError for a pattern that fits none. */
export async function readStacks(
  { file, only }: Pick<FleetOptions, 'file' | 'only'>,
  { asLastSeen }: Look = {},
): Promise<
  Pick<OpenFleet, 'spec' | 'stacks' | 'unreachable'> & {
    readonly all: readonly FleetStack[]
    readonly isWhole: boolean
  }
> {
  const spec = readFleet(file)
  takeWebhookKeys(spec)
  const { stacks, unreachable } = await findStacks(spec, { environment: givenVariables(), asLastSeen })
  const all = shownStacks({ stacks, unreachable })
  const isWhole = unreachable.length === 0
  if (!only) return { spec, all, stacks, unreachable, isWhole }
  assertFit(all, unreachable, only)
  return {
    spec,
    all,
    isWhole,
    stacks: stacks.filter(isMeantBy(only)),
    unreachable: unreachable
      .filter(({ name }) => only.some((pattern) => mayMean(pattern, name)))
      .map((source) => ({ ...source, lastSeen: source.lastSeen.filter(isMeantBy(only)) })),
  }
}

/** For whoever shows what was seen, and begins nothing: what repositories that cannot be fetched had when they could, too. */
export function shownStacks({ stacks, unreachable }: Pick<OpenFleet, 'stacks' | 'unreachable'>): readonly FleetStack[] {
  return sorted([...stacks, ...unreachable.flatMap(({ lastSeen }) => lastSeen)])
}

/** Overrides that hold for nothing: a slip in a pattern, and what is never to be applied is. */
function idleRules(
  { rules }: FleetSpec,
  stacks: readonly FleetStack[],
  unreachable: readonly UnreachableSource[],
): readonly SettingRule[] {
  return rules.filter(({ match }) => !fitsAny(match, stacks, unreachable))
}

function assertFit(
  stacks: readonly FleetStack[],
  unreachable: readonly UnreachableSource[],
  patterns: readonly string[],
): void {
  const unfit = patterns.find((pattern) => !fitsAny(pattern, stacks, unreachable))
  if (unfit === undefined) return
  throw new UsageError('FLEET_STACK_UNKNOWN', `--only ${unfit} fits none of the fleet's ${stacks.length} stacks`, {
    hint: '`evenkeel fleet status` lists them; `*` stands for a part of a name, `**` for any number of folders',
  })
}

function fitsAny(pattern: string, stacks: readonly FleetStack[], unreachable: readonly UnreachableSource[]): boolean {
  return stacks.some(isMeantBy([pattern])) || unreachable.some(({ name }) => mayMean(pattern, name))
}

function isMeantBy(patterns: readonly string[]): (stack: FleetStack) => boolean {
  return ({ id }) => patterns.some((pattern) => matchesPattern(pattern, id))
}
