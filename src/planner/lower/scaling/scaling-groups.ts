import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { ScalingGroupDecision } from '../../decide/scaling-groups/scaling-group-decision.js'
import { readyImage } from '../images.js'
import type { Lowering } from '../lowering.js'
import { subnetReady } from '../networks.js'
import { referencedSteps } from '../readiness.js'
import { narrowedSteps } from '../security-groups.js'
import { addTagging } from '../tagging.js'

/** Lowers what becomes of the scaling groups. */
export function lowerScalingGroups(lowering: Lowering): void {
  for (const decision of lowering.decisions.scalingGroups.values()) lowerScalingGroup(lowering, decision)
}

function lowerScalingGroup({ graph, world }: Lowering, decision: ScalingGroupDecision): void {
  const { address } = decision
  // Where there are no hosts nothing answers to a probe.
  const awaitsTraffic = world.live.stack.hostsImpossible === undefined || world.live.stack.hostsLeftOut === true
  switch (decision.kind) {
    case 'create': {
      const { wish, tags, tagging, leftovers } = decision
      graph.add('create-scaling-group', address, { ...wish, tags, awaitsTraffic }, { needs: neededBy(decision) })
      if (leftovers.length > 0) {
        const fields = { name: wish.name, templateIds: leftovers }
        const needs = [stepId('create-scaling-group', address)]
        graph.add('delete-launch-templates', address, fields, { needs })
      }
      addTagging(graph, address, tagging, [stepId('create-scaling-group', address)])
      return
    }
    case 'keep':
    case 'update': {
      const { wish, modifies, refreshes, leftovers, tagging } = decision
      const needs = neededBy(decision)
      if (modifies) graph.add('modify-scaling-group', address, { ...wish, awaitsTraffic }, { needs })
      const modified = stepId('modify-scaling-group', address)
      if (refreshes) {
        const fields = { name: wish.name, template: wish.template, refresh: refreshes }
        graph.add('refresh-scaling-group', address, fields, { needs: [...needs, modified], impact: 'restart' })
      }
      const settled = [modified, stepId('refresh-scaling-group', address)]
      if (leftovers.length > 0) {
        const fields = { name: wish.name, templateIds: leftovers }
        graph.add('delete-launch-templates', address, fields, { needs: settled })
      }
      addTagging(graph, address, tagging, [...settled, stepId('delete-launch-templates', address)])
      return
    }
    case 'remove': {
      const { group, templateIds } = decision.live
      graph.add('delete-scaling-group', address, { name: group?.name, templateIds }, { impact: 'data-loss' })
      return
    }
    case 'leave':
    case 'refuse':
  }
}

/** What must be there before anything is launched. */
function neededBy({
  wish,
  keyPair,
  image,
}: Extract<ScalingGroupDecision, { readonly wish: unknown }>): readonly StepId[] {
  const { loadBalancer, subnets, template } = wish
  return [
    ...(keyPair === undefined ? [] : [stepId('import-key-pair', keyPair)]),
    ...(image === undefined ? [] : readyImage(image)),
    ...template.securityGroups.flatMap((group) => [
      stepId('create-security-group', group),
      stepId('authorize-ingress', group),
      ...narrowedSteps(group),
    ]),
    ...subnets.flatMap(subnetReady),
    ...(loadBalancer === undefined
      ? []
      : [stepId('create-load-balancer', loadBalancer), stepId('modify-load-balancer', loadBalancer)]),
    ...referencedSteps([template.userData]),
  ]
}
