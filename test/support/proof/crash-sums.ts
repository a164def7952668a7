import type { PointVerdict } from './crash-points.js'

/** What came of many points. */
export interface PointsSum {
  /** At which a process died. */
  readonly points: number
  /** Chosen where the run was over before: nothing died there, in chaos mostly, where runs take other ways. */
  readonly unreached: number
  readonly converged: number
  readonly duplicates: number
  readonly orphans: number
  readonly lost: number
}

export const noPoints: PointsSum = { points: 0, unreached: 0, converged: 0, duplicates: 0, orphans: 0, lost: 0 }

export function added(sum: PointsSum, verdict: PointVerdict): PointsSum {
  return {
    points: sum.points + (verdict.reached ? 1 : 0),
    unreached: sum.unreached + (verdict.reached ? 0 : 1),
    converged: sum.converged + (verdict.reached && verdict.converged ? 1 : 0),
    duplicates: sum.duplicates + verdict.duplicates.length,
    orphans: sum.orphans + verdict.orphans.length,
    lost: sum.lost + verdict.lost.length,
  }
}

/** Without hosts no volume has content: bytes are lost when a volume that held some is gone, and no snapshot of it is there. */
export function sumText({ points, unreached, converged, duplicates, orphans, lost }: PointsSum): string {
  const beside = unreached === 0 ? '' : ` (${unreached} more were not reached)`
  return `${points} points, ${converged} converged, ${duplicates} duplicates, ${orphans} orphans, ${lost} bytes lost${beside}`
}

/** How many of a kind's points these are; not known for one that was named. */
export function shareText({ points }: PointsSum, of: number | undefined): string {
  return of === undefined ? 'one point' : `${((100 * points) / of).toPrecision(3)} % of ${of}`
}
