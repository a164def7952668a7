import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { messageOf, UsageError } from '../../core/errors.js'
import { membersOf } from '../../model/ledger/members.js'
import type { PageEnv } from './guard/guard.js'
import { shownAddress, type ListenAddress } from './guard/origins.js'

/** A page that answers. */
export interface ServedPage {
  /** Which the system has chosen, where it was asked to. */
  readonly port: number
  /** Takes no more requests, and ends those that are open. */
  close(): Promise<void>
}

/** Chosen: a form comes in a second, and who says nothing takes nobody else's place. */
const requestMs = 15_000
const connectionsMax = 512

/** Listens, and answers with what `pageAt` makes for the port. Throws a UsageError where it cannot listen. */
export async function servePage(address: ListenAddress, pageAt: (port: number) => Hono<PageEnv>): Promise<ServedPage> {
  const made: { page?: Hono<PageEnv> } = {}
  const server = createAdaptorServer({
    fetch: (request, env) => made.page?.fetch(request, env) ?? new Response(null, { status: 503 }),
    serverOptions: { requestTimeout: requestMs, headersTimeout: requestMs, maxHeaderSize: 16_384 },
  }) as Server
  server.maxConnections = connectionsMax
  server.listen(address.port, address.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new UsageError(
      'PAGE_NOT_SERVED',
      `the page cannot be served at ${shownAddress(address)}: ${reasonOf(error)}`,
      {
        cause: error,
        hint: 'another page may be there: say another port with --listen, or :0 for any that is free',
      },
    )
  }
  const taken = (server.address() as AddressInfo).port
  made.page = pageAt(taken)
  return {
    port: taken,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** In few words where it is clear: the system's would say the address once more. */
function reasonOf(error: unknown): string {
  return membersOf(error)['code'] === 'EADDRINUSE' ? 'it is taken' : messageOf(error)
}
