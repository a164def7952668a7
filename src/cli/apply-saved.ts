import { savedPlanHere, stackFileHere } from '../app/saved-plan/carry-out-saved.js'
import { readPlanFile } from '../app/saved-plan/plan-file.js'
import { planStack } from '../app/plan-stack.js'
import { UsageError } from '../core/errors.js'
import { carryOut, type CarryOutOptions } from './carry-out.js'
import { withSession } from './with-session.js'

/** What a saved plan has settled, and an apply of it cannot say otherwise. */
const settled = {
  var: '--var',
  varFile: '--var-file',
  target: '--target',
  updateImages: '--update-images',
  checkpoint: '--checkpoint',
  revision: '--revision',
  hosts: '--no-hosts',
} as const

type ApplySavedOptions = CarryOutOptions & { readonly [Name in keyof typeof settled]?: unknown }

/** Carries out the very plan that was saved, as the run for which it was made. Returns the exit status. */
export async function applySaved(path: string, options: ApplySavedOptions): Promise<number> {
  for (const [name, flag] of Object.entries(settled)) {
    const said = options[name as keyof typeof settled]
    if (said === undefined || said === true) continue
    throw new UsageError('USAGE', `${flag} cannot be said of a saved plan`, {
      hint: 'it was settled when the plan was made',
    })
  }
  const saved = readPlanFile(path)
  const { variables, target, hosts } = saved.options
  const { varFile: _files, target: _target, ...rest } = options
  const read = { ...rest, var: variables, ...(target !== undefined && { target }), run: saved.run }
  return withSession(stackFileHere(saved, path), read, async (session) => {
    const plan = await savedPlanHere(session, saved)
    const replan = () => planStack(session, { hosts })
    return carryOut(session, { verb: 'apply', plan, replan }, options)
  })
}
