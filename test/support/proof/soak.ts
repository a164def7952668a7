import { parseArgs } from 'node:util'
import { recordProof } from './record-proof.js'
import { growthOf, type Held } from './soak/growth.js'
import { allowedInProcess, soakInProcess } from './soak/in-process.js'
import { allowedInDaemon, soakDaemon } from './soak/sandbox-daemon.js'

/**
 * `npm run soak`: stacks are applied, changed and destroyed over and over, in one process without hosts, then with hosts by
 * the command line in one sandbox, and nothing that the process or the sandbox's daemon holds may grow.
 */
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '1000' },
    /** Cycles with hosts; 0 leaves them out, as it does above. */
    hosts: { type: 'string', default: '100' },
    /** No cycle of either begins after so long. */
    minutes: { type: 'string', default: '120' },
    /** What boots the hosts. */
    init: { type: 'string', default: 'minimal' },
    record: { type: 'boolean', default: false },
  },
})

/** Whoever is told to stop ends the cycle, and what it began with it. */
let stopped: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopped = signal
  })

let isFlat = true
if (Number(values.cycles) > 0) {
  const { cycles, held } = await soakInProcess(Number(values.cycles), untilOver())
  tell('soak', `${cycles} cycles`, held, allowedInProcess)
}
if (Number(values.hosts) > 0 && stopped === undefined) {
  const { cycles, held } = await soakDaemon(Number(values.hosts), values.init, untilOver())
  tell('soak-hosts', `${cycles} cycles of two hosts (${values.init} init)`, held, allowedInDaemon)
}
process.exit(isFlat && stopped === undefined ? 0 : 1)

function untilOver(): () => boolean {
  const end = performance.now() + Number(values.minutes) * 60_000
  return () => stopped !== undefined || performance.now() >= end
}

function tell(name: string, what: string, held: readonly Held[], allowed: Held): void {
  if (stopped !== undefined) return
  const growth = growthOf(held, allowed)
  isFlat &&= growth.isFlat
  const line = `${what}, ${growth.isFlat ? 'flat' : 'NOT FLAT'}: ${growth.told}`
  process.stdout.write(`${line}\n`)
  if (values.record) recordProof(name, undefined, [line])
}
