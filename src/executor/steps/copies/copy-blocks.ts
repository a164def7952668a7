import { formatBytes } from '../../../core/units.js'
import { unfinishedMark } from '../../../model/copy-record.js'
import type { CopyBlocks } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/**
 * Copies one device onto another. The destination's record says from the first byte on that the copy is this rule's, so
 * that one that is cut off may go on; and in the end, what was copied.
 */
export async function copyBlocks(step: CopyBlocks, context: StepContext): Promise<Effect> {
  const { ports, bindings, progress } = context
  const [source, destination] = await Promise.all(
    [step.source, step.destination].map(async ({ volume, server }) => ({
      access: await accessTo(server, context),
      volumeId: bindings.idOf(volume),
    })),
  )
  if (!source || !destination) throw new Error('a copy has two ends')
  const record = (what: string) =>
    ports.cloud.setTags({ id: destination.volumeId, tags: { [step.tag]: `${what} ${step.rule}` } })
  let isBegun = false
  const copy = await ports.hosts.copyBlocks(source, destination, {
    mayOverwrite: () => step.mayOverwrite || isBegun,
    compress: step.compress,
    beforeWriting: async () => {
      await record(unfinishedMark)
      isBegun = true
    },
    onProgress: (done, total, what) =>
      progress(what === 'copied' ? done / total : undefined, `${formatBytes(done)} of ${formatBytes(total)} ${what}`),
  })
  await record(copy.digest.slice(0, 12))
  context.output(
    `${formatBytes(copy.bytesSent)} sent${copy.bytesZeroed > 0 ? `, ${formatBytes(copy.bytesZeroed)} made zero` : ''}, SHA-256 of the ranges ${copy.digest}`,
  )
  return 'done'
}
