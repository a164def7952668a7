import { parseAuthorizedKeys } from '../../model/inside/authorized-keys.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import { runScriptOrFail } from '../ssh/command.js'
import { type VolumeDevice, volumeDevices, volumeMounts } from './devices.js'
import { parseFstab } from '../mounts/fstab-text.js'
import { parseProbe, type Probe } from './probe-output.js'
import { probeScript } from './probe-script.js'
import type { SshSession } from '../ssh/ssh-session.js'

/** Chosen: a disk that does not answer keeps a read waiting for minutes, and a plan should not wait for it. */
const timeoutMs = 60_000

export interface Inside extends Probe {
  readonly devices: readonly VolumeDevice[]
}

/** Reads a server's disks, mounts and fstab in one round trip. */
export async function readInside(session: SshSession): Promise<Inside> {
  const output = await runScriptOrFail(session, {
    title: 'probe',
    body: probeScript,
    args: [session.access.user],
    timeoutMs,
  })
  const probe = parseProbe(output)
  return { ...probe, devices: volumeDevices(probe, session.access.deviceNames) }
}

/** The same in the planner's words. */
export async function probeFacts(session: SshSession): Promise<HostFacts> {
  const inside = await readInside(session)
  return {
    kind: 'read',
    devices: inside.devices.map(({ volumeId, path, sizeBytes, content, partitionPath }) => ({
      volumeId,
      path,
      sizeBytes,
      content,
      partitionPath,
    })),
    mounts: volumeMounts(inside, inside.devices),
    fstab: parseFstab(Buffer.from(inside.fstab, 'latin1').toString('utf8')),
    filesystems: inside.filesystems,
    ...(inside.authorizedKeys !== undefined && { authorizedKeys: parseAuthorizedKeys(inside.authorizedKeys) }),
    user: session.access.user,
    ...(session.isAdmitted && { admitted: true as const }),
  }
}
