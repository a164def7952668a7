import { count } from '../../core/units.js'
import type { Plan } from '../../model/plan.js'
import { namedTogether } from './fold-members.js'

/** Chosen: what fits on half a screen. */
const wavesMax = 12

/** In which order members of counts leave service and come back, for each count that rolls. Nothing where none does. */
export function rollLines({ rolls = [] }: Pick<Plan, 'rolls'>): readonly string[] {
  return rolls.flatMap(({ server, maxUnavailable, waves }) => {
    const shown = waves.slice(0, wavesMax).map((wave, index) => `  ${index + 1}. ${namedTogether(wave)}`)
    const left = waves.length - shown.length
    return [
      `${server} rolls in ${count(waves.length, 'wave')}, each when the one before serves again (maxUnavailable ${maxUnavailable}):`,
      ...shown,
      ...(left > 0 ? [`  and ${left} more`] : []),
    ]
  })
}
