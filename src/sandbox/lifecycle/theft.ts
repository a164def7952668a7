import type { World } from '../world/world.js'
import { applyPublicAddresses, associate, disassociate } from './public-address.js'

/** Chosen: EC2 says nothing about who else works in an account. */
const withinDefaultMs = 60_000

/**
 * With the fault `stolenAddresses`: some time after an address was associated, somebody else of the account associates it
 * with another server, or takes it from this one where there is no other. AssociateAddress does that without a word
 * (EC2 API reference: AllowReassociation is true by default).
 */
export function stealLater(world: World, addressId: string): void {
  const { background, faults } = world.cloud
  const stolen = faults.current.stolenAddresses
  if (!stolen || !faults.happens('stolenAddresses', 'address')) return
  const afterMs = faults.number('stolenAddresses', 'when') * (stolen.withinMs ?? withinDefaultMs)
  const { associationId } = world.addresses.get(addressId) ?? {}
  void background.start(`theft of ${addressId}`, async () => {
    await background.sleep(afterMs)
    const address = world.addresses.get(addressId)
    if (address?.associationId === undefined || address.associationId !== associationId) return
    const others = world.instances.values().filter(({ id, state }) => state === 'running' && id !== address.instanceId)
    const other = others[Math.floor(faults.number('stolenAddresses', 'whose') * others.length)]
    if (other) associate(world, address, other)
    else disassociate(world, address)
    world.commit()
    await applyPublicAddresses(world, [address.instanceId, other?.id])
  })
}
