import type { NamedId } from '../../executor/ports.js'
import { kinds, together, type Descriptions } from './kinds/kinds.js'
import { createCensus } from './tags/census.js'

type Facts = ReturnType<typeof tell>

/** Each description is told once: whether it shows all, and what it shows, are read off the same facts. */
const told = new WeakMap<Descriptions, Facts>()

/** What is described, of all kinds, in the model's words. `adopted` says which address has what belongs to no stack yet. */
export function factsOfAll(described: Descriptions, adopted: readonly NamedId[] = []): Facts {
  if (adopted.length > 0) return tell(described, adopted)
  const facts = told.get(described) ?? tell(described, adopted)
  told.set(described, facts)
  return facts
}

function tell(described: Descriptions, adopted: readonly NamedId[]) {
  const census = createCensus(adopted)
  const facts = together(Object.values(kinds).map((kind) => kind.facts(described, census)))
  return { ...facts, ...census.remembered() }
}
