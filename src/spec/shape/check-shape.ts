import type { Path, Report } from '../problem.js'
import { fstypeHint, meantKey, memberHint, sizeHint } from './foreign-words.js'
import { checkShapeOf, type Shape } from './shape-problems.js'
import type { StackShape } from './stack-shape.generated.js'
import { expectations, knownKeys, mistakesMax, validateShape } from './validate-shape.generated.js'

/**
 * The root as a stack file, with every mistake of shape reported and taken out: what is not well formed is undefined
 * afterwards, in place. Members that are undefined already were told before. Undefined where there are so many that not all
 * were found.
 */
export function checkShape(root: unknown, report: Report): StackShape | undefined {
  return checkShapeOf(stackFile, root, report)
}

const stackFile: Shape = {
  what: 'the stack file',
  beginning: '`evenkeel: 1` and `stack: <name>`',
  validate: validateShape,
  expectations,
  knownKeys,
  mistakesMax,
  rootHints: {
    evenkeel: 'start the file with `evenkeel: 1`',
    stack: 'begin it with `stack: <name>`; a file that others extend is checked by way of those',
  },
  meantKey,
  memberHint,
  valueHint,
}

function valueHint(path: Path, value: unknown): string | undefined {
  if (path.at(-1) === 'size') return sizeHint(value)
  return path.at(-1) === 'fstype' && typeof value === 'string' ? fstypeHint(value) : undefined
}
