import type { Plan } from '../../model/plan.js'
import type { Colors } from '../colors.js'
import { memberName, namedTogether } from './fold-members.js'

type Impossible = Plan['impossible'][number]

/** Chosen: what fits on two screens; `--verbose` shows all. */
const shownMax = 80

/** What the file asks for and the target cannot carry out, with the reason; what members of one count share stands once. */
export function impossibleLines(
  { impossible }: Pick<Plan, 'impossible'>,
  colors: Colors,
  verbose: boolean,
): readonly string[] {
  const [first] = impossible
  if (!first) return []
  const named = verbose ? impossible.map(({ id }) => id) : foldedIds(impossible)
  const shown = verbose ? named : named.slice(0, shownMax)
  const left = named.length - shown.length
  return [
    `${colors.bold('Not possible here')}: ${first.reason}`,
    ...shown.map((id) => colors.dim(`     ${id}`)),
    ...(left > 0 ? [colors.dim(`     and ${left} more`)] : []),
  ]
}

/** `connect-host:server.web[0..39]`, each in its first member's place. */
function foldedIds(impossible: readonly Impossible[]): readonly string[] {
  const groups = new Map<string, Impossible[]>()
  for (const one of impossible) {
    const shape = one.id.replace(one.address, memberName(one.address, one.address))
    const group = groups.get(shape)
    if (group) group.push(one)
    else groups.set(shape, [one])
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    const together = namedTogether(members.map(({ address }) => address))
    return first ? [first.id.replace(first.address, together)] : []
  })
}
