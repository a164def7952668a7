import type { StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** Files and blocks that are copied, and what is run behind that. */
export const copyEffects = {
  'copy-files'(world: World, { address, server }: StepOf<'copy-files'>) {
    if (server !== undefined) world.entered(server)
    world.copied.add(address)
  },
  'copy-blocks'(world: World, step: StepOf<'copy-blocks'>) {
    const source = world.deviceOn(step.source.volume, step.source.server)
    const target = world.deviceOn(step.destination.volume, step.destination.server)
    for (const { disk, volume } of [source, target]) {
      if (disk.mounts.some(({ volumeId }) => volumeId === volume.id)) throw new Refused(`${volume.id} is mounted`)
    }
    if (target.device.content && !step.mayOverwrite) throw new Refused(`${target.volume.id} is not blank`)
    world.contents.set(target.volume.id, { ...target.device, content: source.device.content })
    target.volume.tags = { ...target.volume.tags, [step.tag]: `5f2b8c1d9e3a ${step.rule}` }
  },
  'run-on-change': (world: World, step: StepOf<'run-on-change'>) => enter(world, step),
  'check-health': (world: World, step: StepOf<'check-health'>) => enter(world, step),
  'record-copy'(world: World, step: StepOf<'record-copy'>) {
    const volume = world.volumes.find(({ id }) => id === world.ids.get(step.target))
    const target = volume ?? world.server(step.target)
    target.tags = { ...target.tags, [step.tag]: `5f2b8c1d9e3a ${step.rule}` }
  },
}

function enter(world: World, step: StepOf<'run-on-change' | 'check-health'>): void {
  world.entered(step.server)
}
