import type { Ports } from '../../src/executor/ports.js'

/** Calls that change nothing in EC2. */
const reads = new Set([
  'observe',
  'readVolume',
  'readModifications',
  'readOffers',
  'readHostKeys',
  'untilItEnds',
  'awaitSnapshot',
  'close',
])

export interface KilledRun {
  /** For the run: they stop answering in the moment of its death. */
  readonly ports: Ports
  /** Resolves when the run is dead, and what it had sent has reached EC2. Never, when it has fewer calls. */
  readonly died: Promise<void>
  /** Kills it now, whatever it has called. */
  kill(): void
}

/**
 * A run that is stopped dead, as by SIGKILL, when EC2 has carried out its call number `calls` and before the answer has
 * come: from then on nothing that it asks for is sent, and nothing that was sent answers.
 */
export function killedAfter(ports: Ports, calls: number): KilledRun {
  let sent = 0
  let underWay = 0
  let isDead = false
  let markDead = () => {}
  const died = new Promise<void>((resolve) => {
    markDead = resolve
  })
  const never = new Promise<never>(() => {})

  const dying = <Port extends object>(port: Port, isCounted: (name: string) => boolean): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...given: unknown[]) => {
          if (isDead) return never
          underWay += 1
          let answer: unknown
          try {
            answer = await Reflect.apply(member, target, given)
            if (isCounted(String(name)) && !isDead) isDead = ++sent >= calls
          } finally {
            underWay -= 1
            if (isDead && underWay === 0) markDead()
          }
          // After what is under way was counted: waiting for ever inside would keep the death itself from being told.
          return isDead ? never : answer
        }
      },
    })
  const { cloud, hosts, keys, sync } = ports
  return {
    ports: {
      cloud: dying(cloud, (name) => !reads.has(name)),
      hosts: dying(hosts, () => false),
      keys: dying(keys, () => false),
      sync: dying(sync, () => false),
    },
    died,
    kill() {
      isDead = true
      if (underWay === 0) markDead()
    },
  }
}
