import type { StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** Network interfaces. EC2 attaches them to what runs or is stopped, and deletes what is attached to nothing. */
export const interfaceEffects = {
  'ensure-interface'(world: World, step: StepOf<'ensure-interface'>) {
    const server = world.server(step.server)
    const id = step.interfaceId ?? world.newId('eni', step.id)
    const groups = [...step.securityGroups.map((group) => world.idOf(group)), ...(step.existingGroupIds ?? [])].sort()
    const known = world.interfaces.find((one) => one.id === id)
    const mayLeave = [undefined, server.id, step.takesFrom]
    if (known && !mayLeave.includes(known.instanceId)) throw new Refused('it is attached elsewhere')
    const { secondaryPrivateIps, sourceDestCheck } = step
    const changed = {
      secondaryPrivateIps,
      sourceDestCheck,
      securityGroupIds: groups,
      instanceId: server.id,
      isAttached: true,
      endsWithInstance: false,
    }
    if (known) Object.assign(known, changed)
    else {
      const subnetId = step.subnetId ?? world.idOf(step.subnet!)
      const taken = world.interfaces.some(
        (one) =>
          one.subnetId === subnetId && [one.privateIp, ...one.secondaryPrivateIps].some((ip) => ip === step.privateIp),
      )
      if (taken) throw new Refused(`${step.privateIp} is taken`)
      const privateIp = step.privateIp ?? `172.31.1.${100 + world.interfaces.length}`
      const { vpcId, zone } = server
      world.interfaces.push({
        address: step.address,
        id,
        tags: step.tags,
        subnetId,
        vpcId,
        zone,
        privateIp,
        ...changed,
      })
    }
    world.ids.set(step.address, id)
  },
  'remove-interface'(world: World, { interfaceId, instanceId }: StepOf<'remove-interface'>) {
    const known = world.interfaces.find(({ id }) => id === interfaceId)
    if (known?.instanceId !== undefined && known.instanceId !== instanceId)
      throw new Refused('it is attached elsewhere')
    world.interfaces = world.interfaces.filter(({ id }) => id !== interfaceId)
  },
}

/** An instance that goes leaves them behind. */
export function leaveInterfaces(world: World, instanceId: string): void {
  for (const one of world.interfaces) {
    if (one.instanceId === instanceId) Object.assign(one, { instanceId: undefined, isAttached: false })
  }
}
