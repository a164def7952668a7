import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Cancelled, UsageError } from '../../core/errors.js'
import { fleetFolder } from '../embedded/fleet-folder.js'
import type { FleetSpec, FleetStack, StackSource, UnreachableSource } from '../types.js'
import { findFiles } from './find-files.js'
import { checkoutOf, lastCheckout, type Checkout } from './git/checkout.js'
import { noCharacter, readPlace } from './place-of-stack.js'
import { repositoryOf, sorted } from './repository-of.js'
import { settingsOfStack } from './settings-of-stack.js'
import { withoutTwins } from './twins.js'

export interface StacksOptions {
  /** Where checkouts lie; left out: below the fleet's folder of this user's state. */
  readonly checkouts?: string | undefined
  /** Where `EVENKEEL_VAR_name` is looked for; left out: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Repositories as this machine last saw them, where it has, without a network. */
  readonly asLastSeen?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was found of a fleet. */
export interface FoundStacks {
  /** As they are now, sorted by name. */
  readonly stacks: readonly FleetStack[]
  readonly unreachable: readonly UnreachableSource[]
}

/** Chosen: as many as a server of repositories does not mind. */
const fetchesAtOnce = 4

/**
 * The stacks of a fleet as they are now. A repository that cannot be fetched hides no other: it is told with what was last seen of it,
 * which is held against the others, so that none of them is taken for the only one that says its stack. Throws a UsageError where a source has no
 * stack file: the stacks of a moved folder would be forgotten without a word.
 */
export async function findStacks(fleet: FleetSpec, options: StacksOptions = {}): Promise<FoundStacks> {
  const looks = await pLimit(fetchesAtOnce).map(fleet.sources, (source) => lookInto(fleet, source, options))
  const all = withoutTwins(sorted(looks.flatMap(({ stacks }) => stacks)))
  const unreachable = looks.flatMap(({ failed }) => {
    if (!failed) return []
    return { ...failed, lastSeen: all.filter(({ id }) => repositoryOf(id) === failed.name) }
  })
  const isLeftOut = ({ id }: FleetStack) => unreachable.some(({ name }) => name === repositoryOf(id))
  return { stacks: all.filter((stack) => !isLeftOut(stack)), unreachable }
}

/** The stack of a name, of a repository at a commit in place of its newest. Undefined where there is none of that name. */
export type StackFinder = (id: string, commit: string | undefined) => Promise<FleetStack | undefined>

/**
 * For whoever has a job: what a commit has is read once, and held against `known`, the stacks of all other sources, as `findStacks` does:
 * of two that say the same stack neither is worked on. Rejects with a UsageError where a repository, or the commit, cannot be fetched.
 */
export function createStackFinder(
  fleet: FleetSpec,
  known: readonly FleetStack[],
  options: Omit<StacksOptions, 'asLastSeen'> = {},
): StackFinder {
  const begun = new Map<string, Promise<readonly FleetStack[]>>()

  async function read(repository: string | undefined, commit: string | undefined): Promise<readonly FleetStack[]> {
    const own: FleetStack[] = []
    for (const source of fleet.sources) {
      if (source.kind === 'files' && repository === undefined) own.push(...(await stacksIn(fleet, source, options)))
      if (source.kind !== 'git' || source.name !== repository) continue
      const checkout = await checkoutOf(source, checkoutsOf(fleet, options), { commit, signal: options.signal })
      own.push(...(await stacksIn(fleet, source, options, checkout)))
    }
    return withoutTwins(sorted([...known.filter(({ id }) => repositoryOf(id) !== repository), ...own]))
  }

  return async (id, commit) => {
    const repository = repositoryOf(id)
    const key = `${repository ?? ''} ${commit ?? ''}`
    const reading = begun.get(key) ?? read(repository, commit)
    begun.set(key, reading)
    // It may be there again in a while.
    reading.catch(() => begun.delete(key))
    return (await reading).find((stack) => stack.id === id)
  }
}

interface SourceLook {
  readonly stacks: readonly FleetStack[]
  /** It could not be fetched, and `stacks` are those that were last seen. */
  readonly failed?: Omit<UnreachableSource, 'lastSeen'>
}

async function lookInto(fleet: FleetSpec, source: StackSource, options: StacksOptions): Promise<SourceLook> {
  if (source.kind === 'files') return { stacks: needed(source, await stacksIn(fleet, source, options)) }
  const folder = checkoutsOf(fleet, options)
  let checkout: Checkout
  try {
    checkout = await checkoutOf(source, folder, options)
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'FLEET_SOURCE_FAILED') throw error
    const seen = lastCheckout(source, folder)
    const stacks = seen ? await stacksIn(fleet, source, options, seen) : []
    return { stacks, failed: { name: source.name, error } }
  }
  return { stacks: needed(source, await stacksIn(fleet, source, options, checkout)) }
}

function checkoutsOf({ name }: FleetSpec, { checkouts }: StacksOptions): string {
  return checkouts ?? join(fleetFolder(name).path, 'git')
}

async function stacksIn(
  fleet: FleetSpec,
  source: StackSource,
  { environment, signal }: StacksOptions,
  checkout?: Checkout,
): Promise<readonly FleetStack[]> {
  const folder = checkout?.root ?? dirname(fleet.path)
  const stacks: FleetStack[] = []
  for (const path of findFiles(folder, source.patterns)) {
    // Five hundred files take seconds to read, and whoever holds a lock meanwhile has to say so.
    await turn()
    if (signal?.aborted) throw new Cancelled()
    const id = nameOf(source, path)
    const file = join(folder, path)
    const settings = settingsOfStack(fleet.rules, id)
    const read = readPlace(id, file, settings, { root: checkout?.root, environment })
    stacks.push({ id, file, commit: checkout?.commit, settings, ...read })
  }
  return stacks
}

/** No two stacks are called alike: a folder beside the file may have a colon in its name, and stands for itself then. */
function nameOf(source: StackSource, path: string): string {
  const shown = path.replaceAll(/\p{Cc}/gu, noCharacter)
  if (source.kind === 'git') return `${source.name}:${shown}`
  return shown.includes(':') ? `./${shown}` : shown
}

function needed(source: StackSource, stacks: readonly FleetStack[]): readonly FleetStack[] {
  if (stacks.length > 0) return stacks
  const where = source.kind === 'git' ? `branch ${source.branch} of ${source.url}` : 'the folder of the fleet’s file'
  throw new UsageError('FLEET_NO_STACKS', `no file of ${where} is matched by ${source.patterns.join(', ')}`, {
    hint: 'correct the patterns, or take the entry out: the stacks of a moved folder would be forgotten without a word',
  })
}
