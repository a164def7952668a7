import type { Clock } from '../core/clock.js'
import { createGate, type Door } from '../core/gate.js'
import type { Admission, WorkPlace } from '../core/work-scope.js'

/** Calls are answered at once; an operation inside a server may be a process of this machine, as rsync is. */
const shares: Readonly<Record<WorkPlace, number>> = { ec2: 2 / 3, host: 1 / 3 }

/**
 * Bounds what a run has in flight: calls to EC2 and operations inside servers together, and each to its share, so that
 * neither side can starve the other. Waiting takes no slot.
 */
export function createWorkSlots(inFlightMax: number, clock: Clock): Admission {
  const gate = createGate(clock)
  const taken: Record<WorkPlace, number> = { ec2: 0, host: 0 }
  const doorOf = (place: WorkPlace): Door => ({
    opensInMs: () =>
      taken[place] < Math.ceil(inFlightMax * shares[place]) && taken.ec2 + taken.host < inFlightMax ? 0 : Infinity,
    enter: () => {
      taken[place] += 1
    },
    leave: () => {
      taken[place] -= 1
    },
  })
  const doors: Readonly<Record<WorkPlace, Door>> = { ec2: doorOf('ec2'), host: doorOf('host') }
  return (place, work) => gate.pass(place, doors[place], work)
}
