import { isMapping } from '../variables/variables.js'
import type { Path } from '../problem.js'

/** What stands at a path of a value; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, step) => {
    if (Array.isArray(found)) return found[Number(step)] as unknown
    return isMapping(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }, value)
}

/** The same value with another one at a path of keys, or without it; mappings on the way are made where there are none. */
export function valueWith(value: unknown, path: Path, wanted: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return wanted
  const members = new Map(isMapping(value) ? Object.entries(value) : [])
  const inner = valueWith(members.get(String(step)), rest, wanted)
  if (inner === undefined) members.delete(String(step))
  else members.set(String(step), inner)
  return Object.fromEntries(members)
}
