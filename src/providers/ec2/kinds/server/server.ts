import type { ServerCloud } from '../../../../executor/ports.js'
import type { Kind } from '../kind.js'
import { createConsoleCalls } from './console.js'
import { describeServers, serverFacts } from './observe-servers.js'
import { readInstance } from './read-instances.js'
import { createStatusCalls } from './status.js'
import { createServerCalls } from './server-calls.js'

/** Servers: EC2's instances, and the host keys that they print on their consoles. */
export const serverKind = {
  idPrefixes: ['i'],
  readById: readInstance,
  describe: describeServers,
  facts: serverFacts,
  cloud: (api): ServerCloud => ({ ...createServerCalls(api), ...createConsoleCalls(api), ...createStatusCalls(api) }),
} as const satisfies Kind<unknown, never, object, object>
