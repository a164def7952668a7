import type { Diff } from '../../model/change.js'

/** One sentence on why something is made. */
export function reasonForCreate(wasThere: boolean): string {
  return wasThere ? 'it was there at the last apply and is gone' : 'the file names it and it does not exist yet'
}

/** One sentence on why something goes. */
export function reasonForRemoval(isDestroy: boolean): string {
  return isDestroy ? 'everything of the stack is removed' : 'the file no longer names it'
}

/** One sentence on an update: what the file asks for, and what has moved; empty without differences. */
export function reasonFor(diffs: readonly Diff[]): string {
  if (diffs.length === 0) return ''
  const pending = pathsOf(diffs, 'pending')
  const drifted = pathsOf(diffs, 'drift')
  if (drifted === '') return `the file asks for a change of ${pending}`
  if (pending === '') return `${drifted} changed since the last apply`
  return `the file asks for a change of ${pending}; ${drifted} changed since the last apply`
}

function pathsOf(diffs: readonly Diff[], cause: Diff['cause']): string {
  const paths = [...new Set(diffs.filter((diff) => diff.cause === cause).map(({ path }) => path))]
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and more` : paths.join(', ')
}
