import { bringDown, bringUp, restart, takeDown, updateInstance } from '../../lifecycle/instance.js'
import { settleEvents } from '../../lifecycle/scheduled-events.js'
import { moveRequest, noteStopping, spotRequestOf } from '../../lifecycle/spot/request-states.js'
import { decideTransition, userInitiated, userInitiatedShutdown, type Instance } from '../../model/instance.js'
import { renderState } from '../../render/instance.js'
import { ApiError, unsupported } from '../../wire/api-error.js'
import { boolean, list, required, string } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findInstances } from '../../world/lookup.js'
import { hasSeveralInterfaces } from '../../world/instance-interfaces.js'
import { freePublicNumber } from '../../world/public-numbers.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { checkCapacity, findInstanceType } from '../launch/placement.js'
import { checkStart, checkStop } from '../spot/stopped-spot.js'

const ids = { InstanceId: required(list(string)) } as const

export const startInstances = defineAction({
  name: 'StartInstances',
  effect: 'writes',
  members: ids,
  run: ({ InstanceId }, world) => {
    const instances = findInstances(world, InstanceId)
    const changing = instances.filter((instance) => decideTransition('start', instance) === 'begin')
    for (const { id } of changing) checkStart(world, id)
    for (const { instanceType, zone } of changing) checkCapacity(world, findInstanceType(instanceType), zone)
    return changeStates(world, instances, changing, ({ id }) => {
      updateInstance(world, id, {
        state: 'pending',
        // The address that it got by itself went with the stop (EC2 User Guide, "Stop and start").
        publicNumber: freePublicNumber(world),
        // With several interfaces it gets none (EC2 User Guide, "EC2 instance IP addressing").
        lacksPublicIp: hasSeveralInterfaces(world, id),
        stateReason: undefined,
        transitionReason: '',
        launchedAtMs: world.now(),
        impairments: {},
      })
      settleEvents(world, id, 'start')
      const request = spotRequestOf(world, id)
      if (request) moveRequest(world, request, 'open', 'pending-evaluation')
      bringUp(world, id, 'start')
    })
  },
})

export const stopInstances = defineAction({
  name: 'StopInstances',
  effect: 'writes',
  members: { ...ids, Force: boolean, Hibernate: boolean, SkipOsShutdown: boolean },
  run: ({ InstanceId, Force, Hibernate, SkipOsShutdown }, world) => {
    if (Hibernate) throw unsupported('hibernation')
    const instances = findInstances(world, InstanceId)
    const changing = instances.filter((instance) => decideTransition('stop', instance) === 'begin')
    const locked = changing.find(({ disableApiStop }) => disableApiStop)
    if (locked) {
      throw new ApiError(
        'OperationNotPermitted',
        `The instance '${locked.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      )
    }
    for (const { id } of changing) checkStop(world, id)
    const force = (Force ?? false) || (SkipOsShutdown ?? false)
    return changeStates(world, instances, changing, ({ id }) => {
      const transitionReason = userInitiated(world.now())
      updateInstance(world, id, { state: 'stopping', stateReason: userInitiatedShutdown, transitionReason })
      noteStopping(world, id)
      bringDown(world, id, { force })
    })
  },
})

export const terminateInstances = defineAction({
  name: 'TerminateInstances',
  effect: 'writes',
  members: ids,
  run: ({ InstanceId }, world) => {
    const instances = findInstances(world, InstanceId)
    const changing = instances.filter((instance) => decideTransition('terminate', instance) === 'begin')
    const locked = changing.find((instance) => instance.disableApiTermination || instance.disableApiStop)
    if (locked) {
      const attribute = locked.disableApiTermination ? 'disableApiTermination' : 'disableApiStop'
      throw new ApiError(
        'OperationNotPermitted',
        `The instance '${locked.id}' may not be terminated. Modify its '${attribute}' instance attribute and try again.`,
      )
    }
    return changeStates(world, instances, changing, ({ id }) => {
      const transitionReason = userInitiated(world.now())
      updateInstance(world, id, { state: 'shutting-down', stateReason: userInitiatedShutdown, transitionReason })
      takeDown(world, id)
    })
  },
})

export const rebootInstances = defineAction({
  name: 'RebootInstances',
  effect: 'writes',
  members: ids,
  run: ({ InstanceId }, world) => {
    const instances = findInstances(world, InstanceId)
    const changing = instances.filter((instance) => decideTransition('reboot', instance) === 'begin')
    for (const { id } of changing) {
      settleEvents(world, id, 'reboot')
      void restart(world, id, 'call')
    }
    return done
  },
})

/** Begins the change of some instances and answers the state of all before and after. */
function changeStates(
  world: World,
  instances: readonly Instance[],
  changing: readonly Instance[],
  begin: (instance: Instance) => void,
): XmlRecord {
  for (const instance of changing) begin(instance)
  return {
    instancesSet: instances.map((before) => ({
      instanceId: before.id,
      currentState: renderState(world.instances.get(before.id)?.state ?? before.state),
      previousState: renderState(before.state),
    })),
  }
}
