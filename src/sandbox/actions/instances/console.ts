import { consoleBeforeKeys, consoleText, consoleWithGarbledKeys, consoleWithoutKeys } from '../../model/console.js'
import { hostnameOf } from '../../lifecycle/host-description.js'
import type { Instance } from '../../model/instance.js'
import { boolean, required, string } from '../../wire/shape.js'
import { findInstance } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'

/** The output that GetConsoleOutput keeps (EC2 API reference: the most recent 64 KB). */
const outputMaximum = 64 * 1024

export const getConsoleOutput = defineAction({
  name: 'GetConsoleOutput',
  effect: 'reads',
  members: { InstanceId: required(string), Latest: boolean },
  run: async ({ InstanceId }, world) => {
    const instance = findInstance(world, InstanceId)
    const output = await readOutput(world, instance)
    return {
      instanceId: instance.id,
      timestamp: new Date(world.now()),
      output: Buffer.from(output).subarray(-outputMaximum).toString('base64'),
    }
  },
})

/** Empty until some time after the boot, as on EC2; then what the host wrote, as the faults let it be seen. */
async function readOutput(world: World, instance: Instance): Promise<string> {
  const { latencies, faults } = world.cloud
  const bootedAtMs = instance.launchedAtMs + latencies.instancePendingMs
  if (instance.state === 'pending' || world.now() < bootedAtMs + latencies.consoleMs) return ''
  const written = await writtenBy(world, instance)
  const type = instance.instanceType
  if (faults.happens('missingHostKeys', type)) return consoleWithoutKeys(written)
  if (world.now() < bootedAtMs + (faults.current.lateHostKeysMs ?? 0)) return consoleBeforeKeys(written)
  if (!faults.happens('garbledHostKeys', type)) return written
  return consoleWithGarbledKeys(written, faults.number('garbledHostKeys', instance.id))
}

function writtenBy(world: World, { id, privateIp, hostKeys, createdAtMs, launchedAtMs }: Instance): Promise<string> {
  if (world.cloud.hosts.kind !== 'none') return world.cloud.hosts.console(id)
  // Keys are printed at the first boot alone.
  return Promise.resolve(consoleText(hostnameOf(privateIp), launchedAtMs === createdAtMs ? hostKeys : [], launchedAtMs))
}
