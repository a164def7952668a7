import type { Address } from '../../model/address.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { KeyPairDecision } from '../decide/keys/key-pair-decisions.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepGraph } from '../graph/step-graph.js'
import type { Lowering } from './lowering.js'
import { addTagging } from './tagging.js'

/** Lowers what becomes of the key pairs. */
export function lowerKeyPairs({ graph, decisions }: Lowering): void {
  const ending = [...decisions.servers.values()].flatMap((server) =>
    server.kind === 'remove' ? [server.live] : server.kind === 'replace' ? [server.old] : [],
  )
  for (const decision of decisions.keyPairs.values()) lowerKeyPair(graph, decision, ending)
}

function lowerKeyPair(graph: StepGraph, decision: KeyPairDecision, ending: readonly LiveServer[]): void {
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
      const needs = ending.filter((server) => server.keyName === keyName).map(terminationOf)
      graph.add('delete-key-pair', address, { keyPairId: id }, { needs })
    }
  }
}

function terminationOf({ address }: { readonly address: Address }) {
  return stepId('terminate-server', address)
}
