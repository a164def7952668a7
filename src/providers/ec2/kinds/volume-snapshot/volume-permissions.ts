import type { CreateVolumePermission } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'

/** Who may make volumes of a snapshot beside its owner: accounts, and `public`; sorted. */
export async function readShares(api: Ec2Api, id: string): Promise<readonly string[]> {
  const { CreateVolumePermissions = [] } = await api.call('DescribeSnapshotAttribute', {
    SnapshotId: id,
    Attribute: 'createVolumePermission',
  })
  return CreateVolumePermissions.flatMap(({ Group, UserId }) => (Group === 'all' ? 'public' : (UserId ?? []))).sort()
}

/** Two calls where some come and some go: EC2 does not do both in one (EC2 API, ModifySnapshotAttribute). */
export async function changeShares(
  api: Ec2Api,
  id: string,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<void> {
  const modify = (CreateVolumePermission: object) =>
    api.call(
      'ModifySnapshotAttribute',
      { SnapshotId: id, Attribute: 'createVolumePermission', CreateVolumePermission },
      { seen: true },
    )
  // Whoever is to see it no more is kept out first.
  if (removed.length > 0) await modify({ Remove: removed.map(permissionOf) })
  if (added.length > 0) await modify({ Add: added.map(permissionOf) })
}

function permissionOf(share: string): CreateVolumePermission {
  return share === 'public' ? { Group: 'all' } : { UserId: share }
}
