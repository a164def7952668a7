import type { FleetStack } from '../types.js'
import { mayMatchBelow } from './pattern.js'

/** The repository that a stack of this name comes from; undefined: its file lies beside the fleet's. */
export function repositoryOf(id: string): string | undefined {
  return /^([a-z][a-z0-9-]*):/.exec(id)?.[1]
}

/** Whether a pattern may mean stacks of a repository. */
export function mayMean(pattern: string, repository: string): boolean {
  return mayMatchBelow(pattern, repository)
}

/** What all that is in a repository is called together: no stack is, and `--only` takes it. */
export function wholeOf(repository: string): string {
  return `${repository}:**`
}

/** By name, each once. */
export function sorted(stacks: readonly FleetStack[]): readonly FleetStack[] {
  const each = new Map(stacks.map((stack) => [stack.id, stack]))
  return [...each.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
}
