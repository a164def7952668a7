import { resourceKinds } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { checkSameContent } from '../kinds/volume/check-same-content.js'
import { specKinds } from '../kinds/kinds.js'
import { checkMoves } from '../moves/written-moves.js'
import { checkOutputs } from '../outputs/outputs.js'
import { checkCycles } from './check-cycles.js'
import { isExpandable } from './check-expansion.js'
import { checkTags } from './check-tags.js'
import { checkTexts } from './check-texts.js'

/** Reports every mistake of meaning in what is well formed. A mistake of shape was told before and is told no more. */
export function checkStack(context: Context): void {
  // What cannot be written out is not looked at any further.
  if (!isExpandable(context)) return
  checkTexts(context)
  checkTags(context)
  for (const kind of resourceKinds) specKinds[kind].check(context)
  checkSameContent(context)
  checkOutputs(context)
  checkMoves(context)
  checkCycles(context)
}
