import type { StacksCloud } from '../../../executor/ports.js'
import { readHistory } from '../kinds/launch-template/ledger-history.js'
import { readSecurityGroups } from '../kinds/security-group/read-security-groups.js'
import { checkAccount } from '../lookups/account.js'
import type { Ec2Api } from '../wire/api.js'
import { listStacks } from './list-stacks.js'

export function createStacksCalls(api: Ec2Api): StacksCloud {
  return {
    whereabouts: async () => {
      // Every account's VPCs have a group of this name, and its OwnerId is the account (docs/decisions/0004-account-guard-without-sts.md).
      const [region, account] = await Promise.all([api.region(), checkAccount(api)])
      if (account !== undefined) return { region, account }
      const groups = await readSecurityGroups(api, [{ Name: 'group-name', Values: ['default'] }])
      return { region, account: groups.find(({ OwnerId }) => OwnerId !== undefined)?.OwnerId }
    },
    listStacks: () => listStacks(api),
    readHistory: (stack) => readHistory(api, stack),
  }
}
