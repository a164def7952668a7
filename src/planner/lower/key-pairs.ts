import type { KeyPairDecision } from '../decide/keys/key-pair-decisions.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepGraph } from '../graph/step-graph.js'
import { terminationOf } from './connection.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the key pairs. */
export function lowerKeyPairs(lowering: Lowering): void {
  const { graph, decisions } = lowering
  const endings = new Map<string | undefined, StepId[]>()
  for (const server of decisions.servers.values()) {
    for (const { live } of 'ends' in server ? server.ends : []) {
      const end = terminationOf(lowering, live.address, live.id)
      const known = endings.get(live.keyName)
      if (known) known.push(end)
      else endings.set(live.keyName, [end])
    }
  }
  for (const decision of decisions.keyPairs.values()) lowerKeyPair(graph, decision, endings)
}

function lowerKeyPair(
  graph: StepGraph,
  decision: KeyPairDecision,
  endings: ReadonlyMap<string | undefined, readonly StepId[]>,
): void {
  const { address } = decision
  switch (decision.kind) {
    case 'create':
      graph.add('import-key-pair', address, decision.imported)
      return
    case 'replace':
      graph.add('delete-key-pair', address, { keyPairId: decision.old.id })
      graph.add('import-key-pair', address, decision.imported, { needs: [stepId('delete-key-pair', address)] })
      return
    case 'keep':
    case 'update':
      addTagging(graph, address, decision.tagging, [])
      return
    case 'remove': {
      const { id, keyName } = decision.live
      graph.add('delete-key-pair', address, { keyPairId: id }, { needs: endings.get(keyName) ?? [] })
    }
  }
}
