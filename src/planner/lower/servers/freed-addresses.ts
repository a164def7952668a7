import type { Address } from '../../../model/address.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { holdersOf } from '../../decide/interfaces/address-holders.js'
import { terminationOf } from '../connection.js'
import type { Lowering } from '../lowering.js'

/** What is to get private addresses. */
interface Taker {
  readonly address: Address
  /** Undefined: not known. */
  readonly subnetId: string | undefined
  readonly wanted: readonly (string | undefined)[]
}

/** The steps after which nothing that ends has these private addresses any more: EC2 gives none to two. */
export function addressesLeft(lowering: Lowering, { address, subnetId, wanted }: Taker): readonly StepId[] {
  return holdersOf(lowering.world, subnetId, wanted).flatMap((holder) => {
    if (holder.kind === 'interface') return [stepId('remove-interface', holder.address)]
    const { instanceId } = holder
    const isOwn = holder.address === address
    return isOwn || instanceId === undefined ? [] : [terminationOf(lowering, holder.address, instanceId)]
  })
}

/**
 * The same, and nothing that stays. For what is made: of two that stay and change their addresses each would wait for the other,
 * so that whoever gives them away does so first, and takes them when they are free.
 */
export function addressesFree(lowering: Lowering, taker: Taker): readonly StepId[] {
  const { interfaces, servers } = lowering.decisions
  const staying = holdersOf(lowering.world, taker.subnetId, taker.wanted).flatMap((holder): readonly StepId[] => {
    const isInterface = holder.kind === 'interface'
    const kind = (isInterface ? interfaces : servers).get(holder.address)?.kind
    if (holder.address === taker.address || kind !== 'update') return []
    return [stepId(isInterface ? 'ensure-interface' : 'modify-server', holder.address)]
  })
  return [...addressesLeft(lowering, taker), ...staying]
}
