import type { LiveStack } from '../../src/model/live-stack.js'
import { renamingOf } from '../../src/model/moves/renaming.js'
import { relocated } from '../../src/model/moves/relocated.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import type { Address } from '../../src/model/address.js'

/** What an observation for another stack file finds of the same world. */
export function observedFor(live: LiveStack, spec: StackSpec): LiveStack {
  const renaming = renamingOf(spec)
  const byName = <Facts>(facts: Readonly<Record<string, Facts>>) =>
    Object.fromEntries(Object.entries(facts).map(([name, fact]) => [renaming(name as Address), fact]))
  const { hosts, publicKeys, syncs } = live
  return { ...relocated(live, spec), hosts: byName(hosts), publicKeys: byName(publicKeys), syncs: byName(syncs) }
}
