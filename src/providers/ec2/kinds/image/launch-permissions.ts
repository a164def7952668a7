import type { LaunchPermission } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'

/** Who may launch an image beside its owner: accounts, ARNs of organizations and their units; sorted. `all` is told by the image itself. */
export async function readShares(api: Ec2Api, id: string): Promise<readonly string[]> {
  const { LaunchPermissions = [] } = await api.call('DescribeImageAttribute', {
    ImageId: id,
    Attribute: 'launchPermission',
  })
  return LaunchPermissions.flatMap(
    ({ UserId, OrganizationArn, OrganizationalUnitArn }) => UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? [],
  ).sort()
}

/** Adding what is there already, and taking away what is not, changes nothing (EC2 API, ModifyImageAttribute). */
export async function changeShares(
  api: Ec2Api,
  id: string,
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<void> {
  if (added.length + removed.length === 0) return
  await api.call(
    'ModifyImageAttribute',
    {
      ImageId: id,
      LaunchPermission: {
        ...(added.length > 0 && { Add: added.map(permissionOf) }),
        ...(removed.length > 0 && { Remove: removed.map(permissionOf) }),
      },
    },
    { seen: true },
  )
}

function permissionOf(share: string): LaunchPermission {
  if (share === 'public') return { Group: 'all' }
  if (!share.startsWith('arn:')) return { UserId: share }
  return share.includes(':ou/') ? { OrganizationalUnitArn: share } : { OrganizationArn: share }
}
