import type { LiveStack } from '../../model/live-stack.js'
import type { Problem } from '../../model/plan-problem.js'
import { warningOf } from '../decide/decided.js'

/** Which volumes of the stack EC2 doubts: no apply changes that, and people must know it. */
export function doubtedVolumeProblems({ volumeTroubles = [], volumes }: LiveStack): readonly Problem[] {
  return volumeTroubles.flatMap(({ id, isIoDisabled, status, says, since }) => {
    const address = volumes.find((volume) => volume.id === id)?.address
    if (address === undefined) return []
    const at = since === undefined ? '' : ` since ${since}`
    const what = isIoDisabled
      ? `may hold inconsistent data, and EC2 has stopped I/O to it${at}`
      : `is ${status}, as EC2 says${at}`
    const hint = isIoDisabled
      ? `look at what is on it first; \`evenkeel enable-io ${address}\` lets it go on`
      : '`evenkeel status` tells when that is over'
    const message = `${address} (${id}) ${what}${says === undefined ? '' : `: ${says}`}`
    return [warningOf(address, 'PLAN_VOLUME_DOUBTED', message, hint)]
  })
}
