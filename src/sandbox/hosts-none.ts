import type { HostBackend } from './hosts/host-backend.js'

/** The backend without hosts: instances and volumes exist at the API alone. `because` is what the user is told. */
export function createNoHosts(because: string): HostBackend {
  return {
    kind: 'none',
    unavailableBecause: because,
    limits: [],
    start: () => nothing,
    stop: () => nothing,
    publicIpFor,
    boot: () => Promise.resolve({ hostKeys: [] }),
    shutdown: () => nothing,
    destroy: () => nothing,
    onExit: () => {},
    console: () => Promise.resolve(''),
    clearConsole: () => Promise.resolve(),
    createVolume: () => nothing,
    deleteVolume: () => nothing,
    growVolume: () => nothing,
    attachVolume: () => nothing,
    detachVolume: () => Promise.resolve('detached'),
    createSnapshot: () => nothing,
    createRootSnapshot: () => nothing,
    deleteSnapshot: () => nothing,
    setInterfaces: () => nothing,
    setMetadata: () => nothing,
    setNetwork: () => nothing,
    setBalancers: () => nothing,
    // Nothing is there that could answer.
    probe: () => Promise.resolve({ kind: 'timed-out' }),
    disturb: () => nothing,
  }
}

const nothing = Promise.resolve()

/** An address of the range for benchmarks (RFC 2544): nothing answers there, not even this machine's own sshd. */
function publicIpFor(number: string): string {
  const [, , third, fourth] = number.split('.')
  return `198.18.${third}.${fourth}`
}
