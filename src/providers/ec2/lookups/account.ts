import type { Ec2Api } from '../wire/api.js'
import { providerError } from '../errors/provider-errors.js'
import { readSecurityGroups } from '../kinds/security-group/read-security-groups.js'

/**
 * The account that the credentials belong to, when the target names one; rejects when it is another. EC2 itself tells it:
 * every account's VPCs have a group `default`, and its OwnerId is the account.
 */
export async function checkAccount(api: Ec2Api): Promise<string | undefined> {
  const expected = api.target.account
  if (expected === undefined) return undefined
  const groups = await readSecurityGroups(api, [{ Name: 'group-name', Values: ['default'] }])
  const actual = groups.find(({ OwnerId }) => OwnerId !== undefined)?.OwnerId
  if (actual === expected) return actual
  throw providerError(
    'EC2_WRONG_ACCOUNT',
    'auth',
    actual === undefined
      ? `the stack file asks for account ${expected}, and ${api.endpointName} shows no VPC from which the account of these credentials could be told`
      : `the stack file asks for account ${expected}, but the credentials belong to account ${actual}`,
    {
      hint: 'choose the right `profile` under `target` (or AWS_PROFILE), or correct `target.account`',
      action: 'DescribeSecurityGroups',
    },
  )
}
