import type { Effect } from '../../../../executor/ports.js'
import type { WorkOn } from '../../../../model/kinds/network-work.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import type { Ec2Api } from '../../wire/api.js'
import { entryInput } from './acl-entries.js'
import { replacingAssociation } from './replacing-association.js'
import { partReaders, readAcl } from './read-parts.js'

/** Puts rules in and takes others out. What takes the place of another of its number does so in one step. */
export async function changeAcl(api: Ec2Api, id: string, { put, drop }: WorkOn<'acl'>): Promise<Effect> {
  const acl = await readAcl(api, id)
  const placeOf = (egress: boolean | undefined, number: number | undefined) => `${egress === true} ${number}`
  const present = new Set((acl?.Entries ?? []).map(({ Egress, RuleNumber }) => placeOf(Egress, RuleNumber)))
  for (const entry of put) {
    const input = { NetworkAclId: id, ...entryInput(entry) }
    if (present.has(placeOf(entry.egress, entry.number))) {
      await api.call('ReplaceNetworkAclEntry', input)
      continue
    }
    try {
      await api.call('CreateNetworkAclEntry', input)
    } catch (error) {
      // By an attempt whose answer was lost.
      if (!hasAwsCode(error, 'NetworkAclEntryAlreadyExists')) throw error
      await api.call('ReplaceNetworkAclEntry', input)
    }
  }
  const doomed = drop.filter(({ egress, number }) => present.has(placeOf(egress, number)))
  for (const { egress: Egress, number: RuleNumber } of doomed) {
    try {
      await api.call('DeleteNetworkAclEntry', { NetworkAclId: id, Egress, RuleNumber }, { seen: true })
    } catch (error) {
      if (!isOfClass(error, 'absent')) throw error
    }
  }
  return put.length + doomed.length > 0 ? 'done' : 'unchanged'
}

/** Gives a subnet these rules, or those of its network (`default`): it always has some, which are replaced in one step. */
export function setAcl(api: Ec2Api, subnetId: string, acl: string): Promise<Effect> {
  return replacingAssociation(api, () => replaceAcl(api, subnetId, acl))
}

async function replaceAcl(api: Ec2Api, SubnetId: string, acl: string): Promise<Effect> {
  const holders = await partReaders.acl.list(api, [{ Name: 'association.subnet-id', Values: [SubnetId] }])
  const held = holders
    .flatMap((holder) => (holder.Associations ?? []).map((association) => ({ holder, association })))
    .find(({ association }) => association.SubnetId === SubnetId)
  const AssociationId = held?.association.NetworkAclAssociationId
  if (held === undefined || AssociationId === undefined) throw withoutAcl(SubnetId)
  const NetworkAclId = acl === 'default' ? await defaultAcl(api, held.holder.VpcId ?? '') : acl
  if (held.holder.NetworkAclId === NetworkAclId) return 'unchanged'
  await api.call('ReplaceNetworkAclAssociation', { AssociationId, NetworkAclId })
  return 'done'
}

async function defaultAcl(api: Ec2Api, vpcId: string): Promise<string> {
  const filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'default', Values: ['true'] },
  ]
  return (await partReaders.acl.list(api, filters))[0]?.NetworkAclId ?? ''
}

/** A listing may show a subnet later than a network ACL has it. */
function withoutAcl(subnetId: string) {
  return providerError('EC2_NOT_FOUND', 'consistency', `EC2 does not show yet which network ACL ${subnetId} has`, {
    hint: 'run the same command again: it goes on from there',
    action: 'DescribeNetworkAcls',
  })
}
