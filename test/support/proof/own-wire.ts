import type { EventEmitter } from 'node:events'
import { subscribe } from 'node:diagnostics_channel'
import { createVirtualClock, type VirtualClock } from './virtual-clock.js'

/** Requests of this thread's clients that have no answer yet, and those that its servers are at. */
let sent = 0
let served = 0

subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: EventEmitter }
  sent += 1
  request.once('close', () => {
    sent -= 1
  })
})

subscribe('http.server.request.start', (message) => {
  const { response } = message as { readonly response: EventEmitter }
  served += 1
  response.once('close', () => {
    served -= 1
  })
})

/**
 * A virtual clock that stands still while an HTTP message is between a client and a server of this thread: sent, and not
 * come to who answers it, or answered, and not come back. So calls take the clock's time alone, however slow the machine is.
 */
export function createOwnWireClock(startMs?: number): VirtualClock {
  return createVirtualClock(startMs, () => sent > served)
}
