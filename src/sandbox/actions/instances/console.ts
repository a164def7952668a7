import { consoleText, keyBlock } from '../../model/console.js'
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

/** Empty until some time after the boot, as on EC2; then what the host wrote, with its public host keys in it. */
async function readOutput(world: World, instance: Instance): Promise<string> {
  const { instancePendingMs, consoleMs } = world.cloud.latencies
  if (instance.state === 'pending' || instance.hostKeys.length === 0) return ''
  if (world.now() < instance.launchedAtMs + instancePendingMs + consoleMs) return ''
  if (world.cloud.hosts.kind === 'none')
    return consoleText(hostnameOf(instance.privateIp), instance.hostKeys, instance.createdAtMs)
  const written = await world.cloud.hosts.console(instance.id)
  return written.includes('BEGIN SSH HOST KEY KEYS') ? written : `${written}${keyBlock(instance.hostKeys)}`
}
