import { HostError } from '../../../core/errors.js'
import type { VerifyVolume } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { accessTo, type StepContext } from '../step-context.js'

/** Rejects unless the volume is where it should be, with the filesystem that it should hold. Changes nothing. */
export async function verifyVolume(step: VerifyVolume, context: StepContext): Promise<Effect> {
  const volumeId = context.bindings.idOf(step.address)
  const facts = await context.ports.hosts.probe(await accessTo(step.server, context))
  if (facts.kind !== 'read') {
    throw new HostError(
      'HOST_UNREACHABLE',
      `${step.server} could not be looked into: ${facts.kind === 'unreadable' ? facts.reason : facts.because}`,
      {
        host: step.server,
        retryable: true,
      },
    )
  }
  const content = facts.devices.find((device) => device.volumeId === volumeId)?.content
  const isMounted = facts.mounts.some((mount) => mount.volumeId === volumeId && mount.path === step.mountPath)
  const found = content ? `${content.fstype} ${content.uuid ?? ''}`.trim() : 'nothing'
  const isSame = step.uuid === undefined || content?.uuid === step.uuid
  if (isSame && (step.mountPath === undefined || isMounted)) return 'unchanged'
  const what = isSame ? `is not mounted at ${step.mountPath}` : `holds ${found}, not ${step.fstype} ${step.uuid}`
  throw new HostError('HOST_FOREIGN_FILESYSTEM', `${volumeId} on ${step.server} ${what}`, {
    host: step.server,
    hint: 'the volume whose place it takes is kept; look at both, then apply again',
  })
}
