import { UsageError } from '../core/errors.js'
import type { VolumeTrouble } from '../model/kinds/volume.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { observeCloud } from '../executor/observe/observe-cloud.js'
import type { Address } from '../model/address.js'
import { liveVolumeOf } from '../model/kinds/live-named.js'
import { volumeNamed } from './enter-server.js'
import type { Session } from './session.js'

/** A volume of the stack, and what EC2 finds about its data; nothing where it finds nothing. */
export interface ImpairedVolume {
  readonly address: Address
  readonly id: string
  readonly trouble: VolumeTrouble | undefined
}

/** Looks at a volume of the stack. Rejects where it does not exist, or EC2 does not say how it is. */
export async function findImpaired(session: Session, name: string): Promise<ImpairedVolume> {
  const { spec, ports } = session
  const address = volumeNamed(name, session)
  const { volumes } = await observeCloud(spec, ports.cloud, { ...cloudQuery(spec), operatorIp: false })
  const id = liveVolumeOf(volumes, address)?.id
  if (id === undefined) {
    throw new UsageError('VOLUME_UNKNOWN', `${address} does not exist`, { hint: '`evenkeel apply` makes it' })
  }
  const troubles = await ports.cloud.readVolumeTroubles([id])
  if (troubles === undefined) {
    throw new UsageError('VOLUME_UNKNOWN', `EC2 does not say how ${address} (${id}) is`, {
      hint: 'allow ec2:DescribeVolumeStatus; `evenkeel iam-policy` prints it',
    })
  }
  return { address, id, trouble: troubles[0] }
}

/** I/O to the volume goes on, whatever its data is like. */
export async function enableIo({ spec, ports }: Session, { address, id }: ImpairedVolume): Promise<void> {
  await ports.cloud.enableVolumeIo({ id, owner: { stack: spec.stack, address } })
}
