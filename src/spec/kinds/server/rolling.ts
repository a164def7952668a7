import { required } from '../../../core/assert.js'
import type { ServerRolling } from '../../../model/kinds/server.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import type { Path } from '../../problem.js'
import { parseTemplate, templateOf } from '../../references/templates.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { secondsOf } from '../duration.js'

/** Reports what is wrong with how the members of a count leave service. */
export function checkRolling(context: Context, path: Path, { rolling, ...server }: ServerShape): void {
  if (!rolling) return
  const { health } = rolling
  if (health !== undefined) parseTemplate(context, health, reportAt(context, [...path, 'rolling', 'health']))
  if ('count' in server) return
  const message = '`rolling` says how the members of a count leave service, and there is no `count`'
  const hint = 'write a `count` (its members get addresses of their own), or leave `rolling` out'
  reportAt(context, [...path, 'rolling'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
}

/** What an entry without a mistake says of it. */
export function rollingOf(
  context: Context,
  rolling: NonNullable<ServerShape['rolling']>,
  count: ServerShape['count'],
): ServerRolling {
  return {
    maxUnavailable: membersOf(rolling.maxUnavailable ?? 1, required(count, 'count')),
    order: rolling.order ?? 'ascending',
    health: rolling.health === undefined ? undefined : templateOf(context, rolling.health),
    timeoutSeconds: secondsOf(rolling.timeout ?? '60s'),
  }
}

/** `25%` of ten are two; of three it is one, for none would be no update at all. */
function membersOf(written: number | string, count: number): number {
  if (typeof written === 'number') return written
  return Math.max(1, Math.floor((count * Number(written.slice(0, -1))) / 100))
}
