import type { StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** Elastic addresses. EC2 associates them with what runs or is stopped, and takes none from anybody. */
export const elasticIpEffects = {
  'allocate-address'(world: World, { id: stepId, address, tags }: StepOf<'allocate-address'>) {
    const id = world.newId('eipalloc', stepId)
    world.elasticIps.push({ address, id, tags, publicIp: `198.51.100.${100 + world.ids.size}`, association: undefined })
    world.ids.set(address, id)
  },
  'associate-address'(world: World, step: StepOf<'associate-address'>) {
    const address = world.elasticIp(step.allocationId ?? world.idOf(step.address))
    const server = world.server(step.server)
    if (address.association && address.association.instanceId !== server.id) throw new Refused('AlreadyAssociated')
    if (server.elasticIp !== undefined && server.elasticIp !== address.publicIp)
      throw new Refused('it would be pushed off')
    address.association = { id: `eipassoc-${server.id}`, instanceId: server.id }
    Object.assign(server, { publicIp: address.publicIp, elasticIp: address.publicIp })
  },
  'disassociate-address'(world: World, step: StepOf<'disassociate-address'>) {
    const address = world.elasticIp(step.allocationId)
    if (address.association && address.association.instanceId !== step.instanceId)
      throw new Refused('it leads elsewhere')
    address.association = undefined
    const server = world.servers.find(({ id }) => id === step.instanceId)
    if (!server) return
    delete server.elasticIp
    server.publicIp = server.state === 'running' ? '198.51.100.12' : undefined
  },
  'release-address'(world: World, { allocationId }: StepOf<'release-address'>) {
    if (world.elasticIp(allocationId).association) throw new Refused('InvalidIPAddress.InUse')
    world.elasticIps = world.elasticIps.filter(({ id }) => id !== allocationId)
  },
}

/** An instance that goes takes the association with it. */
export function freeAddresses(world: World, instanceId: string): void {
  for (const address of world.elasticIps) {
    if (address.association?.instanceId === instanceId) address.association = undefined
  }
}
