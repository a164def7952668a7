import type { CloudFacts, CloudQuery, LaunchTemplateCloud, LockCloud } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Kind } from '../kind.js'
import { createLockCalls } from './lock-template.js'
import { readLaunchTemplate } from './ledger-place.js'
import { readLedger, writeLedger, type Ledger } from './ledger-template.js'

/** Launch templates: nothing is launched from them, they keep what a stack must remember. */
export const launchTemplateKind = {
  idPrefixes: ['lt'],
  readById: readLaunchTemplate,
  describe: async (api: Ec2Api, { stack }: CloudQuery) => {
    const ledger = await readLedger(api, stack)
    return { ledger: liveLedger(ledger), ids: ledger?.ids ?? new Map<Address, string>() }
  },
  facts: ({ launchTemplate: { ledger } }: { readonly launchTemplate: Pick<CloudFacts, 'ledger'> }) => ({ ledger }),
  cloud: (api): LaunchTemplateCloud & LockCloud => ({
    readLedger: async (stack) => liveLedger(await readLedger(api, stack)),
    writeLedger: (request) => writeLedger(api, request),
    ...createLockCalls(api),
  }),
} as const satisfies Kind<unknown, never, object, object>

function liveLedger(ledger: Ledger | undefined): CloudFacts['ledger'] {
  if (!ledger) return undefined
  const { id, addresses, wishes, epoch } = ledger
  return { id, addresses, ...(wishes.length > 0 && { wishes }), ...(epoch && { epoch }) }
}
