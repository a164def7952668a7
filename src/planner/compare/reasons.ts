import type { Diff } from '../../model/change.js'
import { tagKeys } from '../../model/tags.js'

/** One sentence on why something is made. */
export function reasonForCreate(wasThere: boolean): string {
  return wasThere ? 'it was there at the last apply and is gone' : 'the file names it and it does not exist yet'
}

/** One sentence on why something goes. */
export function reasonForRemoval(isDestroy: boolean): string {
  return isDestroy ? 'everything of the stack is removed' : 'the file no longer names it'
}

/** One sentence on an update: what the file asks for, what has moved, and what is owed since the last apply; empty without differences. */
export function reasonFor(diffs: readonly Diff[]): string {
  if (diffs.length === 0) return ''
  const owed = [...new Set(diffs.flatMap((diff) => owedText(diff) ?? []))]
  const others = diffs.filter((diff) => owedText(diff) === undefined)
  const pending = pathsOf(others, 'pending')
  const drifted = pathsOf(others, 'drift')
  return [
    ...(pending === '' ? [] : [`the file asks for a change of ${pending}`]),
    ...(drifted === '' ? [] : [`${drifted} changed since the last apply`]),
    ...owed,
  ].join('; ')
}

/** Stands in a plan for set-up commands of which nothing is recorded. */
export const setupNotRun = '(not run yet)'

/** What nobody asked for in the file and nobody moved either, in words; evenkeel's own tags mean nothing to people. */
function owedText({ path, before, cause }: Diff): string | undefined {
  if (path === 'setup') return before === setupNotRun ? 'its set-up has not been run yet' : undefined
  if (path === 'health') return 'it has not been seen to serve since it was launched, or left service'
  if (!path.startsWith('tags.evenkeel:')) return undefined
  if (path === `tags.${tagKeys.hostKey}`) return 'its host key is not known yet'
  if (path === `tags.${tagKeys.via}`) return 'it is entered through another server from now on'
  if (path === `tags.${tagKeys.user}`) return 'it is entered as another user from now on'
  if (path === `tags.${tagKeys.formerKeys}`) return 'what it notes of former keys is done with'
  if (path !== `tags.${tagKeys.applied}`) return 'tags of evenkeel on it changed since the last apply'
  if (before === null) return 'nothing on it says what was applied last'
  return cause === 'drift'
    ? 'what it says of the last apply cannot be read'
    : 'what it says of the last apply is out of date'
}

function pathsOf(diffs: readonly Diff[], cause: Diff['cause']): string {
  const paths = [...new Set(diffs.filter((diff) => diff.cause === cause).map(({ path }) => path))]
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and more` : paths.join(', ')
}
