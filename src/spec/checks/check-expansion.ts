import { resourceKinds, type ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { specKinds } from '../kinds/kinds.js'
import type { Path } from '../problem.js'

/**
 * Chosen: ten times the largest stacks. A line of a stack file can stand for 10,000 servers, and a few lines for more than fits
 * into memory.
 */
const membersMax = 100_000

/** The same for what `dependsOn` names: all of a count, by a word, for each entry that says so. */
const dependenciesMax = 1_000_000

/** Whether what a file stands for can be written out; what goes too far is reported. */
export function isExpandable(context: Context): boolean {
  return hasRoomForMembers(context) && hasRoomForDependencies(context)
}

function hasRoomForMembers(context: Context): boolean {
  let members = 0
  return resourceKinds.every((kind) =>
    [...context.declared[kind].keys()].every((name) => {
      members += countOf(context, kind, name)
      if (members <= membersMax) return true
      const path = [...specKinds[kind].pathOf(name)]
      tell(
        context,
        path,
        `up to here the file stands for ${members} resources, and at most ${membersMax} can be managed`,
      )
      return false
    }),
  )
}

function hasRoomForDependencies(context: Context): boolean {
  let dependencies = 0
  return Object.entries({ servers: context.servers, volumes: context.volumes }).every(([section, entries]) =>
    [...entries].every(([name, entry]) => {
      for (const text of entry?.dependsOn ?? []) {
        const [kind = '', named = ''] = (text ?? '').split('.')
        dependencies += isKind(kind) ? countOf(context, kind, named) : 1
      }
      if (dependencies <= dependenciesMax) return true
      const message = `up to here the file has ${dependencies} dependencies, and at most ${dependenciesMax} can be kept in order`
      tell(context, [section, name, 'dependsOn'], message)
      return false
    }),
  )
}

function tell({ report }: Context, path: Path, message: string): void {
  report({ code: 'SPEC_OUT_OF_RANGE', message, path, at: 'key', hint: 'make several stacks of it' })
}

function isKind(text: string): text is ResourceKind {
  return Object.hasOwn(specKinds, text)
}

function countOf(context: Context, kind: ResourceKind, name: string): number {
  const count = context.declared[kind].has(name) ? specKinds[kind].countOf?.(context, name) : undefined
  return typeof count === 'number' ? count : 1
}
