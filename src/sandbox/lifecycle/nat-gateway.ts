import type { NatGateway } from '../model/networks/network-parts.js'
import type { World } from '../world/world.js'

/** pending -> available, or -> failed where its subnet has no way to the internet. */
export function bringNatUp(world: World, id: string): void {
  const { background, latencies, network } = world.cloud
  void background.start(`NAT gateway ${id}`, () =>
    background.inLine(id, async () => {
      await background.sleep(latencies.natGatewayPendingMs)
      const nat = world.natGateways.get(id)
      if (nat?.state !== 'pending') return
      const failure = failureOf(world, nat)
      if (failure) {
        freeAddress(world, nat)
        world.natGateways.put({ ...nat, state: 'failed', failure, deletedAtMs: world.now() })
      } else world.natGateways.put({ ...nat, state: 'available' })
      world.commit()
      await network.refresh()
    }),
  )
}

/** VPC User Guide, "Troubleshoot NAT gateways": Gateway.NotAttached. */
function failureOf(world: World, { vpcId }: NatGateway): NatGateway['failure'] {
  if (world.internetGateways.withKey(vpcId).length > 0) return undefined
  return { code: 'Gateway.NotAttached', message: `Network ${vpcId} has no Internet gateway attached` }
}

/** deleting -> deleted, which stays visible for a while. */
export function takeNatDown(world: World, id: string): void {
  const { background, latencies, network } = world.cloud
  void background.start(`end of NAT gateway ${id}`, () =>
    background.inLine(id, async () => {
      await network.refresh()
      await background.sleep(latencies.natGatewayDeletingMs)
      const nat = world.natGateways.get(id)
      if (nat?.state !== 'deleting') return
      freeAddress(world, nat)
      world.natGateways.put({ ...nat, state: 'deleted', deletedAtMs: world.now() })
      world.commit()
    }),
  )
}

function freeAddress(world: World, { id, allocationId }: NatGateway): void {
  const address = world.addresses.get(allocationId)
  if (address?.natGatewayId !== id) return
  const { natGatewayId: _former, ...others } = address
  world.addresses.put({ ...others, associationId: undefined })
}

/** pending -> available, and deleting -> gone. */
export function settleEndpoint(world: World, id: string): void {
  const { background, latencies } = world.cloud
  void background.start(`VPC endpoint ${id}`, () =>
    background.inLine(id, async () => {
      const before = world.vpcEndpoints.get(id)
      if (!before || before.state === 'available') return
      await background.sleep(latencies.endpointMs)
      const endpoint = world.vpcEndpoints.get(id)
      if (endpoint?.state === 'pending') world.vpcEndpoints.put({ ...endpoint, state: 'available' })
      if (endpoint?.state === 'deleting') {
        world.vpcEndpoints.delete(id)
        world.tags.delete(id)
      }
      world.commit()
    }),
  )
}
