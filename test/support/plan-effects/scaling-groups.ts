import type { Address } from '../../../src/model/address.js'
import type { LiveGroup, LiveScalingGroup, LiveTemplate } from '../../../src/model/kinds/scaling-group.js'
import type { PlannedScaling, PlannedTemplate, StepOf } from '../../../src/model/steps/step.js'
import { groupInUse } from './load-balancers.js'
import { Refused, type World } from './world.js'

/** Scaling groups: their templates come and go with what is in them, and one that is in use is never deleted. */
export const scalingGroupEffects = {
  'create-scaling-group'(world: World, step: StepOf<'create-scaling-group'>) {
    const template = templateOf(world, step.address, step.template)
    const group = { ...settingsOf(world, step), name: step.name, desired: step.desired ?? step.min, template }
    const members = Array.from({ length: group.desired }, (_, index) => memberOf(`i-${step.name}-${index}`, template))
    const id = `arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/${step.name}`
    const known = world.scalingGroups.find(({ address }) => address === step.address)
    const templateIds = [...new Set([...(known?.templateIds ?? []), template.id])].sort()
    const live = { address: step.address, id, tags: step.tags, templateIds, group: { ...group, members } }
    world.scalingGroups = [...world.scalingGroups.filter((one) => one !== known), live]
    world.ids.set(step.address, id)
  },
  'modify-scaling-group'(world: World, step: StepOf<'modify-scaling-group'>) {
    const { live, group } = groupOf(world, step.address)
    const desired = step.desired ?? Math.min(Math.max(group.desired, step.min), step.max)
    Object.assign(live, { group: { ...group, ...settingsOf(world, step), desired } })
  },
  'refresh-scaling-group'(world: World, step: StepOf<'refresh-scaling-group'>) {
    const { live, group } = groupOf(world, step.address)
    const template = templateOf(world, step.address, step.template)
    const members = group.members.map((_, index) => memberOf(`i-${step.name}-${world.generation}-${index}`, template))
    const templateIds = [...new Set([...live.templateIds, template.id])].sort()
    Object.assign(live, { templateIds, group: { ...group, template, members } })
  },
  'delete-launch-templates'(world: World, step: StepOf<'delete-launch-templates'>) {
    const { live, group } = groupOf(world, step.address)
    const isGone = (id: string) => step.templateIds.includes(id) && id !== group.template?.id
    Object.assign(live, { templateIds: live.templateIds.filter((id) => !isGone(id)) })
  },
  'delete-scaling-group'(world: World, step: StepOf<'delete-scaling-group'>) {
    const live = world.scalingGroups.find(({ address }) => address === step.address)
    if (live?.group?.protect === true) throw new Refused(`${step.address} is protected`)
    world.scalingGroups = world.scalingGroups.filter((one) => one !== live)
  },
}

function groupOf(world: World, address: Address): { readonly live: LiveScalingGroup; readonly group: LiveGroup } {
  const live = world.scalingGroups.find((one) => one.address === address)
  if (!live?.group) throw new Refused(`${address} does not exist`)
  return { live, group: live.group }
}

function settingsOf(world: World, step: PlannedScaling) {
  const targetGroup = step.loadBalancer && groupInUse(world, step.loadBalancer)?.id
  return {
    min: step.min,
    max: step.max,
    zones: step.zones,
    subnetIds: [...step.subnetIds, ...step.subnets.map((subnet) => world.idOf(subnet))].sort(),
    health: step.health,
    targetGroupIds: targetGroup === undefined ? [] : [targetGroup],
    protect: step.protect,
    suspended: [],
  }
}

function templateOf(world: World, address: Address, planned: PlannedTemplate): LiveTemplate {
  const { options = {} } = planned
  return {
    id: `lt-${address}-${JSON.stringify(planned).length}-${world.generation}`,
    version: '1',
    imageId: planned.imageId ?? world.idOf(planned.image!),
    type: planned.type,
    keyName: planned.keyName,
    securityGroupIds: planned.securityGroups.map((group) => world.idOf(group)).sort(),
    rootVolume: planned.rootVolume,
    iamInstanceProfile: options.iamInstanceProfile,
    monitoring: options.monitoring ?? false,
    metadata: { tokens: 'required', ...options.metadata },
    tags: planned.templateTags,
  }
}

function memberOf(instanceId: string, { id, version }: LiveTemplate) {
  return { instanceId, zone: 'us-east-1a', state: 'InService', isHealthy: true, templateId: id, version }
}
