import { parseAddress, type Address } from '../../../src/model/address.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { tagKeys, type Tags } from '../../../src/model/tags.js'
import { terminate } from './servers.js'
import { Refused, withTags, type World } from './world.js'

/** Tags, and what is found by them. */
export const tagEffects = {
  'tag-resource'(world: World, step: StepOf<'tag-resource'>) {
    const lists: Record<string, { address: Address; id: string; tags: Tags }[]> = {
      keyPair: world.keyPairs,
      securityGroup: world.groups,
      server: world.servers,
      elasticIp: world.elasticIps,
      network: world.networks,
      placementGroup: world.placementGroups,
      loadBalancer: world.loadBalancers,
      interface: world.interfaces,
      scalingGroup: world.scalingGroups,
      volume: world.volumes,
    }
    const id = step.resourceId ?? world.idOf(step.target)
    // Nothing observes the tags of a root disk.
    if (world.servers.some(({ rootVolume }) => rootVolume?.id === id)) return
    const behind = world.servers.find(({ spot }) => spot?.requestId === id)
    if (behind?.spot) {
      const { isUntagged: _untagged, ...spot } = behind.spot
      behind.spot = spot
      return
    }
    const resource = lists[parseAddress(step.target)?.kind ?? '']?.find((known) => known.id === id)
    if (!resource) throw new Refused(`${step.target} is gone`)
    resource.tags = withTags(resource.tags, step.tags, step.removeTags)
    const balancer = world.loadBalancers.flatMap(({ balancers }) => balancers).find((one) => one.id === id)
    if (balancer) Object.assign(balancer, { tags: resource.tags })
  },
  'remove-temporary'(world: World, step: StepOf<'remove-temporary'>) {
    const isOurs = ({ address, tags }: { readonly address: Address; readonly tags: Tags }) =>
      address === step.address && tags[tagKeys.role] === 'temporary'
    world.volumes = world.volumes.filter((volume) => !isOurs(volume) && !step.volumeIds.includes(volume.id))
    for (const server of world.servers.filter(isOurs)) terminate(world, server.id)
    for (const id of step.instanceIds) terminate(world, id)
  },
}
