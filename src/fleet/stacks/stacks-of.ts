import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Cancelled, UsageError } from '../../core/errors.js'
import { fleetFolder } from '../embedded/fleet-folder.js'
import type { FleetSpec, FleetStack, StackSource } from '../types.js'
import { findFiles } from './find-files.js'
import { checkoutOf } from './git/checkout.js'
import { matchesPattern } from './pattern.js'
import { noCharacter, readPlace, refused } from './place-of-stack.js'
import { settingsOfStack } from './settings-of-stack.js'

export interface StacksOptions {
  /** Patterns of names: stacks that none of them matches are left out, and repositories without any are not asked. */
  readonly only?: readonly string[] | undefined
  /** Where checkouts lie; left out: below the fleet's folder of this user's state. */
  readonly checkouts?: string | undefined
  /** Where `EVENKEEL_VAR_name` is looked for; left out: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Repositories as this machine last saw them, where it has, without a network. */
  readonly asLastSeen?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Chosen: as many as a server of repositories does not mind. */
const fetchesAtOnce = 4

/**
 * The stacks of a fleet as they are now, sorted by name. Throws a UsageError where a repository cannot be fetched, and where a source
 * has no stack file: the stacks of a moved folder would be forgotten without a word.
 */
export async function stacksOf(fleet: FleetSpec, options: StacksOptions = {}): Promise<readonly FleetStack[]> {
  const { only } = options
  const found = await pLimit(fetchesAtOnce).map(
    fleet.sources.filter((source) => mayHave(source, only)),
    (source) => stacksIn(fleet, source, options),
  )
  const stacks = new Map(found.flat().map((stack) => [stack.id, stack]))
  return withoutTwins([...stacks.values()].sort((left, right) => (left.id < right.id ? -1 : 1)))
}

/**
 * The one stack of a name: what a worker is told of. `commit`: of a repository, in place of its newest. Undefined where there is none
 * of that name.
 */
export async function stackNamed(
  fleet: FleetSpec,
  id: string,
  { commit, ...options }: Omit<StacksOptions, 'only'> & { readonly commit?: string | undefined } = {},
): Promise<FleetStack | undefined> {
  const owner = /^([a-z][a-z0-9-]*):/.exec(id)?.[1]
  const sources = fleet.sources.filter((source) =>
    source.kind === 'git' ? source.name === owner : owner === undefined,
  )
  for (const source of sources) {
    const [stack] = await stacksAt(fleet, source, { ...options, commit, is: (found) => found === id })
    if (stack) return stack
  }
  return undefined
}

async function stacksIn(fleet: FleetSpec, source: StackSource, options: StacksOptions): Promise<readonly FleetStack[]> {
  const { only } = options
  const stacks = await stacksAt(fleet, source, {
    ...options,
    isNeeded: true,
    is: (id) => only === undefined || only.some((pattern) => matchesPattern(pattern, id)),
  })
  return stacks
}

async function stacksAt(
  fleet: FleetSpec,
  source: StackSource,
  {
    commit,
    is,
    isNeeded,
    checkouts,
    environment,
    asLastSeen,
    signal,
  }: StacksOptions & { commit?: string | undefined; is: (id: string) => boolean; isNeeded?: boolean },
): Promise<readonly FleetStack[]> {
  const checkout =
    source.kind === 'git'
      ? await checkoutOf(source, checkouts ?? join(fleetFolder(fleet.name).path, 'git'), { commit, asLastSeen, signal })
      : undefined
  const folder = checkout?.root ?? dirname(fleet.path)
  const paths = findFiles(folder, source.patterns)
  if (isNeeded && paths.length === 0) throw noStacks(source)
  const stacks: FleetStack[] = []
  for (const path of paths) {
    const id = nameOf(source, path)
    if (!is(id)) continue
    // Five hundred files take seconds to read, and whoever holds a lock meanwhile has to say so.
    await turn()
    if (signal?.aborted) throw new Cancelled()
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

/** Whether patterns may mean a stack of a source. */
function mayHave(source: StackSource, only: readonly string[] | undefined): boolean {
  if (only === undefined || source.kind === 'files') return true
  return only.some((pattern) => {
    const [first = ''] = pattern.split(/[/:]/)
    return first === '**' || matchesPattern(first, source.name)
  })
}

/** Two files that say the same stack in one place would take each other's servers away by turns: neither is worked on. */
function withoutTwins(stacks: readonly FleetStack[]): readonly FleetStack[] {
  const files = new Map<string, string[]>()
  const keyOf = ({ place }: FleetStack) => place && `${place.account} ${place.region} ${place.stack}`
  for (const stack of stacks) {
    const key = keyOf(stack)
    if (key !== undefined) files.set(key, [...(files.get(key) ?? []), stack.id])
  }
  return stacks.map((stack) => {
    const twin = files.get(keyOf(stack) ?? '')?.find((id) => id !== stack.id)
    if (twin === undefined || !stack.place) return stack
    const { stack: name, region } = stack.place
    const problem = `${stack.id}: this is ${name} in ${region}, and so is ${twin}: one of both has to have another name`
    return { ...stack, ...refused(problem) }
  })
}

function noStacks(source: StackSource): UsageError {
  const where = source.kind === 'git' ? `branch ${source.branch} of ${source.url}` : 'the folder of the fleet’s file'
  return new UsageError('FLEET_NO_STACKS', `no file of ${where} is matched by ${source.patterns.join(', ')}`, {
    hint: 'correct the patterns, or take the entry out: the stacks of a moved folder would be forgotten without a word',
  })
}
