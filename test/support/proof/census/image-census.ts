import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { foundOf, type Found } from './found.js'

/** Where the cases copy images to. */
const elsewhere = 'eu-central-1'

/** The account's images, here and elsewhere, and the snapshots that are elsewhere. */
export async function takeImageCensus(client: EC2Client): Promise<readonly Found[]> {
  const { endpoint, credentials } = client.config
  const there = new EC2Client({ region: elsewhere, credentials, ...(endpoint && { endpoint }) })
  try {
    const [own, copies, { Snapshots = [] }] = await Promise.all([
      imagesIn(client, 'here'),
      imagesIn(there, elsewhere),
      there.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    ])
    return [
      ...own,
      ...copies,
      ...Snapshots.map(({ SnapshotId, Tags, State }) => foundOf(SnapshotId, Tags, 'snapshot', State, elsewhere)),
    ]
  } finally {
    there.destroy()
  }
}

async function imagesIn(client: EC2Client, where: string): Promise<readonly Found[]> {
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: ['self'] }))
  return Images.map(({ ImageId, Tags, Name, State }) => foundOf(ImageId, Tags, 'image', Name, State, where))
}
