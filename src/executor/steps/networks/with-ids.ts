import { isAddress } from '../../../model/address.js'
import type { RunBindings } from '../../run-bindings.js'

/** A value in which every address, at any depth, is the id of what it is bound to. */
export function withIds<Value>(value: Value, bindings: RunBindings): Value {
  return replaced(value) as Value

  function replaced(member: unknown): unknown {
    if (typeof member === 'string') return isAddress(member) ? bindings.idOf(member) : member
    if (Array.isArray(member)) return member.map(replaced)
    if (typeof member !== 'object' || member === null) return member
    return Object.fromEntries(Object.entries(member).map(([key, inner]) => [key, replaced(inner)]))
  }
}
