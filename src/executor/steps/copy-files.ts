import { formatBytes } from '../../core/units.js'
import type { CopyFiles } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

/** Copies; `unchanged` when there turned out to be nothing to do, so that `onChange` need not run. */
export async function copyFiles(step: CopyFiles, context: StepContext): Promise<Effect> {
  const { expectedBytes } = step
  const rule = {
    source: step.source,
    delete: step.delete,
    exclude: step.exclude,
  }
  const destination = { access: await accessTo(step.server, context), path: step.destination }
  const figures = await context.ports.sync.copy(rule, destination, (bytesDone) => {
    if (expectedBytes === undefined || expectedBytes === 0) context.progress(undefined, formatBytes(bytesDone))
    else {
      const fraction = Math.min(1, bytesDone / expectedBytes)
      context.progress(fraction, `${formatBytes(bytesDone)} of ${formatBytes(expectedBytes)}`)
    }
  })
  return figures.filesCreated + figures.filesChanged + figures.filesDeleted > 0 ? 'done' : 'unchanged'
}
