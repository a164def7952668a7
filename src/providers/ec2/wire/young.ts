import type { Clock } from '../../../core/clock.js'

/** How long EC2 may take to show everywhere what it has just made (Developer Guide, "Eventual consistency": up to 5 minutes). */
const youthMs = 5 * 60_000

/** Remembers what this process made or tagged moments ago, by id or name. */
export interface YoungObjects {
  /** Notes that something was made or changed now. */
  note(id: string): void
  /** Forgets something that was deleted: its absence is the truth now. */
  forget(id: string): void
  /** Whether this id or name was noted within the last five minutes. */
  has(id: string): boolean
  /** Whether a call's input names anything that was. */
  isNamedIn(input: unknown): boolean
}

export function createYoungObjects(clock: Clock): YoungObjects {
  const notedAt = new Map<string, number>()
  const has = (id: string) => {
    const at = notedAt.get(id)
    return at !== undefined && clock.now() - at < youthMs
  }
  return {
    note: (id) => void notedAt.set(id, clock.now()),
    forget: (id) => void notedAt.delete(id),
    has,
    isNamedIn: (input) => textsIn(input).some(has),
  }
}

/** Every text in a value, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
