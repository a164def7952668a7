import type { LiveNetwork } from '../../../src/model/kinds/network.js'
import type { NetworkMaking, NetworkWork } from '../../../src/model/kinds/network-work.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { isAddress } from '../../../src/model/address.js'
import { Refused, type World } from './world.js'

/** The parts of networks, in the order that EC2 asks for. */
export const networkPartEffects = {
  'create-network'(world: World, { id: stepId, address, making, tags }: StepOf<'create-network'>) {
    const id = world.newId(making.part, stepId)
    world.networks.push({ address, id, tags, ...made(world, making) })
    world.ids.set(address, id)
  },
  'modify-network'(world: World, { address, partId, work }: StepOf<'modify-network'>) {
    const part = world.networkPart(partId ?? world.idOf(address))
    Object.assign(part, changed(world, part, work))
  },
  'delete-network'(world: World, { partId }: StepOf<'delete-network'>) {
    const part = world.networkPart(partId)
    const others = world.networks.filter(({ id }) => id !== partId)
    const names = (one: object) => JSON.stringify({ ...one, tags: undefined }).includes(`"${partId}"`)
    const isHeld =
      (part.part === 'vpc' && (others.some(names) || world.groups.some(({ vpcId }) => vpcId === partId))) ||
      ((part.part === 'vpc' || part.part === 'subnet') &&
        world.servers.some(({ vpcId, subnetId }) => vpcId === partId || subnetId === partId)) ||
      (part.part === 'subnet' && others.some((one) => (one.part === 'nat' || one.part === 'endpoint') && names(one))) ||
      (part.part === 'acl' && part.subnetIds.length > 0) ||
      (part.part === 'nat-address' && others.some(names))
    if (isHeld) throw new Refused(`${partId} has dependencies`)
    world.networks = others.map((one) =>
      'subnetIds' in one ? { ...one, subnetIds: one.subnetIds.filter((id) => id !== partId) } : one,
    )
  },
}

function idOf(world: World, text: string): string {
  return isAddress(text) ? world.idOf(text) : text
}

function idsOf(world: World, texts: readonly string[]): readonly string[] {
  return texts.map((text) => idOf(world, text)).sort()
}

function made(world: World, making: NetworkMaking) {
  const { part } = making
  switch (part) {
    case 'vpc':
      return { part, cidr: making.cidr, dnsSupport: true, dnsHostnames: false }
    case 'subnet':
      return { part, vpcId: idOf(world, making.network), cidr: making.cidr, zone: making.zone, publicIps: false }
    case 'gateway':
      return { part, vpcId: undefined }
    case 'routes':
      return { part, vpcId: idOf(world, making.network), routes: [], subnetIds: [] }
    case 'acl':
      return { part, vpcId: idOf(world, making.network), entries: [], subnetIds: [] }
    case 'nat-address':
      return { part, publicIp: '198.51.100.99' }
    case 'nat':
      return {
        part,
        vpcId: vpcOf(world, idOf(world, making.subnet)),
        subnetId: idOf(world, making.subnet),
        allocationId: idOf(world, making.allocation),
      }
    case 'endpoint':
      return {
        part,
        vpcId: idOf(world, making.network),
        service: making.service,
        type: making.type,
        routeTableIds: idsOf(world, making.routeTables),
        subnetIds: idsOf(world, making.subnets),
        groupIds: idsOf(world, making.securityGroups),
        privateDns: making.privateDns,
      }
  }
}

function vpcOf(world: World, subnetId: string): string {
  const subnet = world.networkPart(subnetId)
  return 'vpcId' in subnet ? (subnet.vpcId ?? '') : ''
}

function changed(world: World, part: LiveNetwork, work: NetworkWork): object {
  switch (work.part) {
    case 'vpc': {
      const { part: _part, ...attributes } = work
      return attributes
    }
    case 'subnet':
      if (work.acl !== undefined) {
        for (const one of world.networks) {
          if (one.part !== 'acl') continue
          const others = one.subnetIds.filter((id) => id !== part.id)
          Object.assign(one, { subnetIds: one.id === idOf(world, work.acl) ? [...others, part.id].sort() : others })
        }
      }
      return work.publicIps === undefined ? {} : { publicIps: work.publicIps }
    case 'gateway':
      return { vpcId: idOf(world, work.attach) }
    case 'routes': {
      if (part.part !== 'routes') return {}
      const put = work.put.map(({ to, by }) => ({ to, by: idOf(world, by) }))
      const gone = new Set([...work.drop, ...put.map(({ to }) => to)])
      const routes = [...part.routes.filter(({ to }) => !gone.has(to)), ...put]
      const subnetIds = work.associate === undefined ? part.subnetIds : [idOf(world, work.associate)]
      return { routes: routes.sort((left, right) => (left.to < right.to ? -1 : 1)), subnetIds }
    }
    case 'acl': {
      if (part.part !== 'acl') return {}
      const placeOf = ({ egress, number }: { readonly egress: boolean; readonly number: number }) =>
        `${egress} ${number}`
      const gone = new Set([...work.drop, ...work.put].map(placeOf))
      const entries = [...part.entries.filter((entry) => !gone.has(placeOf(entry))), ...work.put]
      return {
        entries: entries.sort(
          (left, right) => Number(left.egress) - Number(right.egress) || left.number - right.number,
        ),
      }
    }
    case 'endpoint': {
      if (part.part !== 'endpoint') return {}
      const next = (key: keyof typeof work.add, live: readonly string[]) => {
        const removed = new Set(idsOf(world, work.remove[key]))
        return [...live.filter((id) => !removed.has(id)), ...idsOf(world, work.add[key])].sort()
      }
      return {
        routeTableIds: next('routeTables', part.routeTableIds),
        subnetIds: next('subnets', part.subnetIds),
        groupIds: next('securityGroups', part.groupIds),
        ...(work.privateDns !== undefined && { privateDns: work.privateDns }),
      }
    }
  }
}
