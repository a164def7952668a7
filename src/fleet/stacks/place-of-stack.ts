import { relative } from 'node:path'
import { thisMachine, type BaseFiles } from '../../app/input/read-bases.js'
import { readStackFile, type StackFile, type StackFileOptions } from '../../app/stack-file.js'
import { EvenkeelError, SpecError } from '../../core/errors.js'
import type { FleetStack, StackPlace, StackSettings } from '../types.js'
import { staysWithin } from './find-files.js'

/** Stands in a stack's name for each character that none can have, and for what is none. */
export const noCharacter = '\uFFFD'

type StackReading = Pick<FleetStack, 'place' | 'problem' | 'isRefused'>

/** What a stack's file says of where it is, or why it does not. A stack with a mistake is none of the fleet's: the others go on. */
export function readPlace(
  id: string,
  file: string,
  settings: StackSettings,
  { root, environment }: { readonly root: string | undefined; readonly environment?: StackFileOptions['environment'] },
): StackReading {
  if (id.includes(noCharacter)) return refused(`${id}: a stack has no such characters in its name: rename the file`)
  if (root !== undefined && !staysWithin(root, file)) return refused(`${id}: this link leads out of its repository`)
  let isStray = false
  const read = (path: string) => {
    const text = thisMachine.read(path)
    isStray ||= root !== undefined && !staysWithin(root, path)
    return text
  }
  const found = placeOrProblem(id, file, settings, environment, { ...thisMachine, read })
  return isStray ? refused(`${id}: what it extends leads out of its repository`) : found
}

/** A stack that nobody works on, whatever its file says. */
export function refused(problem: string): StackReading {
  return { place: undefined, problem, isRefused: true }
}

function placeOrProblem(
  id: string,
  file: string,
  { variables, variableFiles, target }: StackSettings,
  environment: StackFileOptions['environment'],
  files: BaseFiles,
): StackReading {
  try {
    const options = { commandLine: variables, variableFiles, target, ...(environment && { environment }) }
    return { place: placeIn(readStackFile(relative(process.cwd(), file), options, files)), problem: undefined }
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
