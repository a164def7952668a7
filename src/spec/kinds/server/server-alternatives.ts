import type { LaunchAlternative } from '../../../model/launch/alternatives.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import type { Path } from '../../problem.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { checkZone } from '../check-zone.js'

type Written = NonNullable<ServerShape['alternatives']>

/** As what a server may be launched, in the order in which that is tried. */
export function alternativesOf(alternatives: Written): readonly LaunchAlternative[] {
  return alternatives.flatMap((one) => {
    if (one === undefined) return []
    const { type, zone } = one
    return [{ ...(type !== undefined && { type }), ...(zone !== undefined && { zone }) }]
  })
}

/** Reports alternatives that can never be taken: in another zone neither the subnet nor the volumes of the server are. */
export function checkAlternatives(context: Context, path: Path, name: string, server: ServerShape): void {
  for (const [index, alternative] of (server.alternatives ?? []).entries()) {
    const at = [...path, 'alternatives', index, 'zone']
    if (alternative?.zone === undefined || !checkZone(context, at, alternative.zone)) continue
    const [bound] = [
      ...('subnet' in server ? ['`subnet`'] : []),
      ...[...context.volumes].flatMap(([volume, entry]) => (isOn(entry?.server, name) ? [`volume.${volume}`] : [])),
    ]
    if (bound === undefined) continue
    const message = `server.${name} cannot be launched in another zone: ${bound} is in one`
    const hint = 'leave the zone out, and name other types'
    reportAt(context, at)({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
}

/** `web`, `web[0]`, `web[*]`. */
function isOn(server: string | undefined, name: string): boolean {
  return server?.replace(/\[.*$/, '') === name
}
