import { savedPlanHere, stackFileHere } from '../app/saved-plan/carry-out-saved.js'
import { readPlanFile } from '../app/saved-plan/plan-file.js'
import { planAgain } from '../app/plan-stack.js'
import { UsageError } from '../core/errors.js'
import { carryOut, type CarryOutOptions } from './carry-out.js'
import type { LockingOptions } from './options.js'
import { withLockedSession } from './with-session.js'

/** What a saved plan has settled, and an apply of it cannot say otherwise. */
const settled = {
  target: '--target',
  updateImages: '--update-images',
  checkpoint: '--checkpoint',
  only: '--only',
  rebuild: '--rebuild',
  replace: '--replace',
  revision: '--revision',
  hosts: '--no-hosts',
} as const

type ApplySavedOptions = CarryOutOptions & LockingOptions & { readonly [Name in keyof typeof settled]?: unknown }

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
  const secret = new Set(saved.secrets?.map(({ variable }) => variable))
  const other = Object.keys(options.var ?? {}).find((name) => !secret.has(name))
  if (other !== undefined) {
    throw new UsageError('USAGE', `--var ${other} cannot be said of a saved plan`, {
      hint: 'it was settled when the plan was made; the values of sensitive variables that it needs are given again',
    })
  }
  const { variables, target, hosts } = saved.options
  const { target: _target, ...rest } = options
  const read = { ...rest, settled: variables, ...(target !== undefined && { target }), run: saved.run }
  return withLockedSession(stackFileHere(saved, path), read, async (session) => {
    const plan = await savedPlanHere(session, saved)
    const replan = () => planAgain(session, plan, { hosts })
    return carryOut(session, { verb: 'apply', plan, replan }, options)
  })
}
