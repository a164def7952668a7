import { required } from '../../../core/assert.js'
import type {
  CreateScalingGroup,
  ModifyScalingGroup,
  PlannedTemplate,
  RefreshScalingGroup,
} from '../../../model/steps/step.js'
import type { Effect, ScalingRequest, TemplateRequest } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

export async function createScalingGroup(step: CreateScalingGroup, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const template = templateRequest(step.template, context)
  const request = { ...requestOf(step, context), template, tags: step.tags }
  bindings.bind(step.address, await ports.cloud.createScalingGroup(request))
  return 'done'
}

export function modifyScalingGroup(step: ModifyScalingGroup, context: StepContext): Promise<Effect> {
  const id = context.bindings.idOf(step.address)
  return context.ports.cloud.modifyScalingGroup({ ...requestOf(step, context), id })
}

export function refreshScalingGroup(step: RefreshScalingGroup, context: StepContext): Promise<Effect> {
  const { address, name, refresh, template } = step
  return context.ports.cloud.refreshScalingGroup({
    id: context.bindings.idOf(address),
    owner: ownerOf(address, context),
    name,
    refresh,
    template: templateRequest(template, context),
    onProgress: (percent, words) => context.progress(percent / 100, words),
  })
}

function requestOf(step: CreateScalingGroup | ModifyScalingGroup, context: StepContext): ScalingRequest {
  const { name, min, max, desired, zones, subnetIds, subnets, health, loadBalancer, protect, awaitsTraffic } = step
  const { bindings } = context
  const targetGroup =
    loadBalancer && required(bindings.get(loadBalancer)?.targetGroupId, `the target group of ${loadBalancer}`)
  return {
    owner: ownerOf(step.address, context),
    name,
    min,
    max,
    desired,
    zones,
    subnetIds: [...subnetIds, ...subnets.map((subnet) => bindings.idOf(subnet))].sort(),
    health,
    targetGroupIds: targetGroup === undefined ? [] : [targetGroup],
    protect,
    awaitsTraffic,
    onState: (words) => context.progress(undefined, words),
  }
}

function templateRequest(planned: PlannedTemplate, context: StepContext): TemplateRequest {
  const { bindings, once } = context
  const { imageId, image, securityGroups, userData, ...others } = planned
  return {
    ...others,
    imageId: imageId ?? bindings.idOf(required(image, 'image')),
    groupIds: securityGroups.map((group) => bindings.idOf(group)).sort(),
    userData: userData && bindings.render(userData),
    once,
  }
}
