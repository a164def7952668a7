import type { Clock } from '../core/clock.js'
import { createGate, type Door } from '../core/gate.js'
import type { Admission, WorkPlace } from '../core/work-scope.js'

/**
 * Bounds what a run has in flight: calls to EC2 and operations inside servers together, and two thirds of that for each,
 * so that neither side can starve the other. Waiting takes no slot.
 */
export function createWorkSlots(inFlightMax: number, clock: Clock): Admission {
  const gate = createGate(clock)
  const share = Math.max(1, Math.ceil((inFlightMax * 2) / 3))
  const taken: Record<WorkPlace, number> = { ec2: 0, host: 0 }
  const doorOf = (place: WorkPlace): Door => ({
    opensInMs: () => (taken[place] < share && taken.ec2 + taken.host < inFlightMax ? 0 : Infinity),
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
