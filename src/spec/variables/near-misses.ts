import { didYouMean } from '../nearest.js'
import { shortened } from '../problem.js'
import { givenFor, type VariableInput } from './given.js'

/** Chosen: more than a team shares. Each takes a search. */
const namesMax = 1000

/**
 * Sentences about names of a file that a stack does not declare. It may hold more than one stack uses; but a name that is nearly
 * that of a variable for which nothing was given may be a slip.
 */
export function nearMisses(declared: ReadonlyMap<string, unknown>, input: VariableInput): readonly string[] {
  // A saved plan has settled what counts.
  if (input.isSettled === true) return []
  const others = Object.entries(input.shared ?? {}).filter(([name]) => !declared.has(name))
  if (others.length === 0) return []
  const open = [...declared.keys()].filter((name) => givenFor(name, input) === undefined)
  return others.slice(0, namesMax).flatMap(([name, { origin }]) => {
    const meant = didYouMean(name, open)
    return meant === undefined ? [] : `${origin}: the stack file declares no variable \`${shortened(name)}\`: ${meant}`
  })
}
