import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Lowering } from './lowering.js'

/** The connection to a server as it is now: another step than the one to its successor, where it is replaced. */
export function connectionNow(lowering: Lowering, server: Address): StepId {
  return stepId('connect-host', server, suffixNow(lowering, server).suffix)
}

/** The step that stops a server as it is now, so that volumes can leave it. */
export function stopNow(lowering: Lowering, server: Address): StepId {
  return stepId('stop-server', server, suffixNow(lowering, server).suffix)
}

/** A server that is replaced has steps as it is and as it will be: the first ones carry its id. */
export function suffixNow({ decisions }: Lowering, server: Address): { readonly suffix?: string } {
  const decision = decisions.servers.get(server)
  return decision?.kind === 'replace' ? { suffix: decision.old.id } : {}
}
