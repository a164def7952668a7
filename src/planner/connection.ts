import { required } from '../core/assert.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './graph/step-graph.js'
import type { StepId } from '../model/step.js'

/** The connection to a server as it will be; what acts inside needs this step. */
export function connection(fate: ServerFate): StepId {
  fate.connects = true
  return stepId('connect-host', fate.address)
}

/** The connection to a server as it is now: another step where the server is replaced. */
export function connectionNow(fate: ServerFate): StepId {
  if (fate.action !== 'replace') return connection(fate)
  fate.connectsToOld = true
  return stepId('connect-host', fate.address, suffixNow(fate).suffix)
}

/** The step that stops a server as it is now, so that volumes can leave it. */
export function stopNow(fate: ServerFate): StepId {
  return stepId('stop-server', fate.address, suffixNow(fate).suffix)
}

/** A server that is replaced has steps as it is and as it will be: the first ones carry its id. */
export function suffixNow(fate: ServerFate): { readonly suffix?: string } {
  return fate.action === 'replace' ? { suffix: required(fate.live, 'live server').id } : {}
}
