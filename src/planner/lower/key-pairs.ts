import type { Address } from '../../model/address.js'
import type { KeyPairDecision } from '../decide/keys/key-pair-decisions.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { formerKeysOf } from '../../model/inside/login-keys.js'
import { tagKeys } from '../../model/tags.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { StepGraph } from '../graph/step-graph.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the key pairs. */
export function lowerKeyPairs(lowering: Lowering): void {
  const before = stepsBefore(lowering)
  for (const decision of lowering.decisions.keyPairs.values()) lowerKeyPair(lowering.graph, decision, before)
}

/** Behind the id of the step that notes on a server which keys may still be on it. */
export const formerKeysNote = 'former-keys'

/** What must be done on servers before a pair goes from EC2 whose key they have. */
interface StepsBefore {
  /** By the pair: they end. */
  readonly endings: ReadonlyMap<Address, readonly StepId[]>
  /** By the pair: they have another key that is proven to open them, or the old one is noted on them. */
  readonly changes: ReadonlyMap<Address, readonly StepId[]>
}

function stepsBefore(lowering: Lowering): StepsBefore {
  const endings = new Map<Address, StepId[]>()
  const changes = new Map<Address, StepId[]>()
  for (const server of lowering.decisions.servers.values()) {
    const { address } = server
    for (const { live } of 'ends' in server ? server.ends : []) {
      for (const pair of lowering.world.pairsOf(live)) {
        push(endings, pair.address, terminationOf(lowering, live.address, live.id))
      }
      if (server.kind !== 'remove') noteOnEnding(lowering, live, changes)
    }
    if (server.kind === 'keep' || server.kind === 'update') {
      const { noted, work, pairs } = server.keys
      if (!noted && !work) continue
      const step = noted ? stepId('tag-resource', address, formerKeysNote) : stepId('authorize-key', address)
      for (const pair of pairs) push(changes, pair, step)
    }
  }
  return { endings, changes }
}

/**
 * An instance that ends does so after its successor was launched with the new key, which may be refused: it is entered with
 * the old one until then, and nobody would know that one when EC2 has the other.
 */
function noteOnEnding({ world, graph, decisions }: Lowering, live: LiveServer, changes: Map<Address, StepId[]>): void {
  const { address } = live
  const pairs = world.pairsOf(live)
  const going = pairs.filter((pair) => decisions.keyPairs.get(pair.address)?.kind === 'replace')
  const noted = formerKeysOf(live, pairs).join(' ')
  if (going.length === 0 || noted === live.tags[tagKeys.formerKeys]) return
  const work = { target: address, resourceId: live.id, tags: { [tagKeys.formerKeys]: noted }, removeTags: [] }
  const step = graph.add('tag-resource', address, work, { suffix: `${formerKeysNote}-${live.id}` })
  for (const pair of going) push(changes, pair.address, step)
}

function push<Key>(lists: Map<Key, StepId[]>, key: Key, step: StepId): void {
  const known = lists.get(key)
  if (known) known.push(step)
  else lists.set(key, [step])
}

function lowerKeyPair(graph: StepGraph, decision: KeyPairDecision, { endings, changes }: StepsBefore): void {
  const { address } = decision
  switch (decision.kind) {
    case 'create':
      graph.add('import-key-pair', address, decision.imported)
      return
    case 'replace': {
      // A server that is replaced ends after its successor was launched, which needs the new one.
      const needs = changes.get(address) ?? []
      graph.add('delete-key-pair', address, { keyPairId: decision.old.id }, { needs })
      graph.add('import-key-pair', address, decision.imported, { needs: [stepId('delete-key-pair', address)] })
      return
    }
    case 'keep':
    case 'update':
      addTagging(graph, address, decision.tagging, [])
      return
    case 'remove': {
      const needs = [...(endings.get(address) ?? []), ...(changes.get(address) ?? [])]
      graph.add('delete-key-pair', address, { keyPairId: decision.live.id }, { needs })
      return
    }
    case 'refuse':
      return
  }
}
