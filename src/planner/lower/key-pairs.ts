import type { StepId } from '../../model/steps/step.js'
import type { KeyPairDecision } from '../decide/keys/key-pair-decisions.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepGraph } from '../graph/step-graph.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the key pairs. */
export function lowerKeyPairs({ graph, decisions }: Lowering): void {
  const endings = new Map<string | undefined, StepId[]>()
  for (const server of decisions.servers.values()) {
    const ending = server.kind === 'remove' ? server.live : server.kind === 'replace' ? server.old : undefined
    if (!ending) continue
    const known = endings.get(ending.keyName)
    if (known) known.push(stepId('terminate-server', ending.address))
    else endings.set(ending.keyName, [stepId('terminate-server', ending.address)])
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
