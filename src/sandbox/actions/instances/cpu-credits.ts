import { updateInstance } from '../../lifecycle/instance.js'
import { resourceKinds } from '../../model/ids.js'
import { filterList, list, oneOf, paging, required, string, structure } from '../../wire/shape.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** Of burstable instances alone (EC2 API reference, DescribeInstanceCreditSpecifications). */
export const describeInstanceCreditSpecifications = defineAction({
  name: 'DescribeInstanceCreditSpecifications',
  effect: 'reads',
  members: { InstanceId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeInstanceCreditSpecifications',
      kind: resourceKinds.instance,
      source: world.instances,
      ids: parameters.InstanceId,
      request: parameters,
      filters: { 'instance-id': ({ id }) => id },
      page: pageRules.instances,
      hidden: ({ state }) => state === 'terminated',
    })
    const burstable = page.items.filter(({ cpuCredits }) => cpuCredits !== undefined)
    return {
      instanceCreditSpecificationSet: burstable.map(({ id, cpuCredits }) => ({ instanceId: id, cpuCredits })),
      nextToken: page.nextToken,
    }
  },
})

export const modifyInstanceCreditSpecification = defineAction({
  name: 'ModifyInstanceCreditSpecification',
  effect: 'writes',
  members: {
    ClientToken: string,
    InstanceCreditSpecification: required(
      list(structure({ InstanceId: required(string), CpuCredits: required(oneOf('standard', 'unlimited')) })),
    ),
  },
  run: ({ InstanceCreditSpecification }, world) => {
    const changed: { instanceId: string }[] = []
    const refused: { instanceId: string; error: { code: string; message: string } }[] = []
    for (const { InstanceId: instanceId, CpuCredits: cpuCredits } of InstanceCreditSpecification) {
      const instance = world.instances.get(instanceId)
      if (instance?.cpuCredits !== undefined) {
        updateInstance(world, instanceId, { cpuCredits })
        changed.push({ instanceId })
      } else if (instance) {
        const message = 'The instance is not a burstable performance instance.'
        refused.push({ instanceId, error: { code: 'InstanceCreditSpecification.NotSupported', message } })
      } else {
        const message = resourceKinds.instance.notFoundMessage([instanceId])
        refused.push({ instanceId, error: { code: 'InvalidInstanceID.NotFound', message } })
      }
    }
    return {
      successfulInstanceCreditSpecificationSet: changed,
      unsuccessfulInstanceCreditSpecificationSet: refused,
    }
  },
})
