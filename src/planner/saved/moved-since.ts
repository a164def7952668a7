import { tagKeys } from '../../model/tags.js'
import { specLists } from '../../model/kinds/kinds.js'
import type { Moved } from '../../model/moved.js'
import { differences, type Difference } from '../compare/differences.js'
import { comparedLive, type Compared } from './compared-live.js'
import type { PlanBasis } from './plan-basis.js'

/** What moved between two bases, as far as different machines see the same: the file first, then its sources, then the world. */
export function movedSince(before: PlanBasis, after: PlanBasis): readonly Moved[] {
  return [
    ...comparedBy('file', comparedSpec(before), comparedSpec(after)),
    ...comparedBy('source', sourcesOf(before), sourcesOf(after)),
    ...withoutRecords(comparedBy('live', comparedLive(before, after), comparedLive(after, before))),
  ]
}

function comparedSpec({ spec }: PlanBasis): Compared {
  const entries = specLists.flatMap((list) =>
    (spec[list] ?? []).map((entry): [string, unknown] => [entry.address, entry]),
  )
  return { stack: { name: spec.stack }, target: spec.target, ...Object.fromEntries(entries) }
}

function sourcesOf({ sources }: PlanBasis): Compared {
  return Object.fromEntries(Object.entries(sources).map(([address, digest]) => [address, { contents: digest }]))
}

function comparedBy(where: Moved['where'], before: Compared, after: Compared): readonly Moved[] {
  return differences(before, after).map(({ path: [what = '', ...path], ...values }: Difference) => ({
    where,
    what,
    path: path.join('.'),
    ...values,
  }))
}

/** Records in tags follow what else happened to a resource, and are told only where nothing else is. */
function withoutRecords(moved: readonly Moved[]): readonly Moved[] {
  const isRecord = ({ path }: Moved) => Object.values(tagKeys).some((key) => key !== 'Name' && path === `tags.${key}`)
  const told = new Set(moved.filter((item) => !isRecord(item)).map(({ what }) => what))
  return moved.filter((item) => !isRecord(item) || !told.has(item.what))
}
