import { boolean, string, type Members, type ParsedMembers } from '../wire/shape.js'
import type { XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'

/** One EC2 action: its parameters as a table, and what it does. */
export interface Action {
  readonly name: string
  /** Whether it changes the world: what the request log calls mutating. */
  readonly effect: 'reads' | 'writes'
  readonly members: Members
  readonly run: (parameters: never, world: World) => XmlRecord | Promise<XmlRecord>
}

/** Every action takes these beside its own. */
const commonMembers = { Action: string, Version: string, DryRun: boolean } as const

/** Declares an action; `run` gets its parameters parsed and typed, and returns the answer by wire names. */
export function defineAction<const M extends Members>(definition: {
  readonly name: string
  readonly effect: 'reads' | 'writes'
  readonly members: M
  readonly run: (parameters: ParsedMembers<M>, world: World) => XmlRecord | Promise<XmlRecord>
}): Action {
  return { ...definition, members: { ...commonMembers, ...definition.members } }
}

/** The answer of actions that have nothing to say. */
export const done: XmlRecord = { return: true }
