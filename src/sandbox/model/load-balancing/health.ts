import type { ProbeResult } from '../../hosts/host-backend.js'
import { ApiError } from '../../wire/api-error.js'
import type { HealthCheck, TargetHealth } from './records.js'

/**
 * The health after one more probe. One success makes a new target healthy; after that so many in a row as the group's
 * thresholds say change it (ELB User Guide, "Health checks for your target groups").
 */
export function nextHealth(before: TargetHealth, check: HealthCheck, result: ProbeResult): TargetHealth {
  const isGood = result.kind === 'connected' || (result.kind === 'answered' && isListed(check.codes, result.status))
  if (isGood) {
    const needed = { initial: 1, unhealthy: check.healthyThreshold, healthy: 0 }[before.state]
    return before.against + 1 >= needed ? healthy : { ...before, against: before.against + 1 }
  }
  if (before.state === 'unhealthy') return unhealthy(result)
  const against = before.against + 1
  return against >= check.unhealthyThreshold ? unhealthy(result) : { ...before, against }
}

const healthy: TargetHealth = { state: 'healthy', reason: undefined, description: undefined, against: 0 }

function unhealthy(result: ProbeResult): TargetHealth {
  return { state: 'unhealthy', ...wordsOf(result), against: 0 }
}

/** ELB's words (ELB User Guide, "Target health reason codes"). */
function wordsOf(result: ProbeResult): Pick<TargetHealth, 'reason' | 'description'> {
  if (result.kind === 'timed-out') return { reason: 'Target.Timeout', description: 'Request timed out' }
  if (result.kind === 'answered') {
    const description = `Health checks failed with these codes: [${result.status}]`
    return { reason: 'Target.ResponseCodeMismatch', description }
  }
  return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
}

const codeList = /^[2-4]\d{2}(?:-[2-4]\d{2})?(?:,[2-4]\d{2}(?:-[2-4]\d{2})?)*$/

/** Throws for what is no list of status codes: `200`, `200,202`, `200-299`. */
export function checkCodes(codes: string): string {
  if (codeList.test(codes)) return codes
  throw new ApiError('ValidationError', `Health check matcher HTTP code '${codes}' must be within '200-499'`)
}

function isListed(codes: string, status: number): boolean {
  return codes.split(',').some((part) => {
    const [from = '', to = from] = part.split('-')
    return status >= Number(from) && status <= Number(to)
  })
}
