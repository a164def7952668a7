import { formatBytes } from '../../../core/units.js'
import type { CopyFiles } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { placeOf, sourcesOf } from './copy-places.js'
import type { StepContext } from '../step-context.js'

/** Copies; `unchanged` when there turned out to be nothing to do, so that `onChange` need not run. */
export async function copyFiles(step: CopyFiles, context: StepContext): Promise<Effect> {
  const { expectedBytes } = step
  const rule = {
    name: step.address,
    source: await sourcesOf(step.source, context),
    delete: step.delete,
    exclude: step.exclude,
    ...(step.options && { options: step.options }),
    ...(step.relayed === true && { relayed: true }),
    ...(step.keepAll === true && { keepAll: true }),
  }
  const { server, host, destination: path, mounted } = step
  const destination = await placeOf(
    { ...(server && { server }), ...(host !== undefined && { host }), path, ...(mounted && { mounted }) },
    context,
  )
  const figures = await context.ports.sync.copy(rule, destination, (bytesDone) => {
    if (expectedBytes === undefined || expectedBytes === 0) context.progress(undefined, formatBytes(bytesDone))
    else {
      const fraction = Math.min(1, bytesDone / expectedBytes)
      context.progress(fraction, `${formatBytes(bytesDone)} of ${formatBytes(expectedBytes)}`)
    }
  })
  return figures.filesCreated + figures.filesChanged + figures.filesDeleted > 0 ? 'done' : 'unchanged'
}
