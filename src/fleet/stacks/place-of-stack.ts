import { relative } from 'node:path'
import { readStackFile, type StackFile, type StackFileOptions } from '../../app/stack-file.js'
import { EvenkeelError, SpecError } from '../../core/errors.js'
import type { FleetStack, StackPlace, StackSettings } from '../types.js'
import { staysWithin } from './find-files.js'

/** What a stack's file says of where it is, or why it does not. A stack with a mistake is none of the fleet's: the others go on. */
export function readPlace(
  id: string,
  file: string,
  settings: StackSettings,
  { root, environment }: { readonly root: string | undefined; readonly environment?: StackFileOptions['environment'] },
): Pick<FleetStack, 'place' | 'problem'> {
  const outside = (what: string) => ({ place: undefined, problem: `${id}: ${what} leads out of its repository` })
  if (root !== undefined && !staysWithin(root, file)) return outside('this link')
  try {
    const read = readStackFile(relative(process.cwd(), file), {
      commandLine: settings.variables,
      variableFiles: settings.variableFiles,
      target: settings.target,
      ...(environment && { environment }),
    })
    const stray = root === undefined ? undefined : read.bases.find((base) => !staysWithin(root, base))
    return stray === undefined ? { place: placeIn(read), problem: undefined } : outside('what it extends')
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error
    return { place: undefined, problem: problemOf(id, file, error) }
  }
}

function placeIn({ spec: { stack, target } }: StackFile): StackPlace {
  if (target.kind === 'sandbox') return { stack, account: 'sandbox', region: target.region }
  return { stack, account: target.account ?? target.profile ?? 'default', region: target.region ?? 'default' }
}

/** `stacks/web.stack.yaml:3:5: unknown key …`, in place of the path of a checkout. */
function problemOf(id: string, file: string, error: EvenkeelError): string {
  const [first] = error instanceof SpecError ? error.diagnostics : []
  if (!first) return `${id}: ${error.message}`
  const isIn = relative(process.cwd(), file) === first.file
  return `${isIn ? id : first.file}:${first.line}:${first.column}: ${first.message}`
}
