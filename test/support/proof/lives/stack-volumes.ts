import { DescribeVolumesCommand, type EC2Client } from '@aws-sdk/client-ec2'

export interface StackVolume {
  readonly id: string
  readonly onRemove: string
  readonly instanceId: string | undefined
}

/** The volumes of whatever stacks there are, by address; one that was kept out of the plan is none, and none is what belongs to a run. */
export async function stackVolumes(client: EC2Client): Promise<ReadonlyMap<string, StackVolume>> {
  const { Volumes = [] } = await client.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'tag-key', Values: ['evenkeel:stack'] }] }),
  )
  const found = new Map<string, StackVolume>()
  for (const { VolumeId = '', Tags = [], State, Attachments = [] } of Volumes) {
    const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value ?? '']))
    const address = tags.get('evenkeel:address') ?? ''
    if (!address.startsWith('volume.') || tags.has('evenkeel:retained') || State === 'deleting') continue
    const onRemove = tags.get('evenkeel:on-remove') ?? 'snapshot'
    found.set(address, { id: VolumeId, onRemove, instanceId: Attachments[0]?.InstanceId })
  }
  return found
}
