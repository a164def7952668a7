import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import type { Path } from '../problem.js'

/** Whether a zone lies in the region of the target; if not, that is reported. A zone's name begins with its region's. */
export function checkZone(context: Context, path: Path, zone: string | undefined): boolean {
  const { target } = context
  if (zone === undefined || target.kind !== 'ec2' || target.region === undefined) return true
  if (zone.startsWith(target.region)) return true
  const message = `zone ${zone} is not in region ${target.region}`
  reportAt(context, path)({ code: 'SPEC_ZONE_MISMATCH', message, hint: `its zones are ${target.region}a and so on` })
  return false
}
