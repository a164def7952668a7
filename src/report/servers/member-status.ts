import type { ServerStatus } from '../../executor/ports.js'
import type { Address } from '../../model/address.js'
import type { Colors } from '../colors.js'
import { momentText, tableLines } from '../tables/table.js'
import { checksJson, checkText } from './check-words.js'

/** A member of a scaling group with what EC2 says of it; `state` is in Auto Scaling's words. */
export interface ShownMember {
  readonly scalingGroup: Address
  readonly instanceId: string
  readonly zone: string
  readonly state: string
  readonly isHealthy: boolean
  readonly status?: ServerStatus
}

/** A line a member; none where there are none. */
export function memberLines(members: readonly ShownMember[], colors: Colors): readonly string[] {
  if (members.length === 0) return []
  const [head = '', ...rows] = tableLines([
    ['MEMBER OF', 'SERVICE', 'HEALTH', 'STATE', 'SINCE', 'SYSTEM', 'INSTANCE', 'VOLUMES', 'ID'],
    ...members.map(({ scalingGroup, state, isHealthy, status, instanceId }) => [
      scalingGroup,
      state,
      isHealthy ? 'healthy' : 'unhealthy',
      status?.state ?? 'absent',
      status?.since === undefined ? '-' : momentText(status.since),
      ...[status?.system, status?.instance, status?.volumes].map((check) => (check ? checkText(check) : '-')),
      instanceId,
    ]),
  ])
  return [colors.bold(head), ...rows]
}

/** As notes of servers are written of it: by its group and its instance. */
export function asServer({ scalingGroup, instanceId, status }: ShownMember): {
  readonly address: string
  readonly status?: ServerStatus
} {
  return { address: `${scalingGroup} (${instanceId})`, ...(status && { status }) }
}

export function memberJson({ scalingGroup, instanceId, zone, state, isHealthy, status }: ShownMember): object {
  return {
    scalingGroup,
    id: instanceId,
    zone,
    lifecycle: state,
    isHealthy,
    state: status?.state ?? null,
    since: status?.since ?? null,
    reason: status?.reason ?? null,
    ...checksJson(status),
  }
}
