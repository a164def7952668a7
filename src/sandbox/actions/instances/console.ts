import {
  type ConsoleOutput,
  consoleBeforeKeys,
  consoleScrolledBy,
  consoleText,
  consoleWithGarbledKeys,
  consoleWithoutKeys,
} from '../../model/console.js'
import { hostnameOf } from '../../lifecycle/host-description.js'
import { instanceTypes } from '../../model/instance-types.js'
import type { Instance } from '../../model/instance.js'
import { boolean, required, string } from '../../wire/shape.js'
import { ApiError } from '../../wire/api-error.js'
import { findInstance } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'

/** The output that GetConsoleOutput keeps (EC2 API reference: the most recent 64 KB). */
const outputMaximum = 64 * 1024

export const getConsoleOutput = defineAction({
  name: 'GetConsoleOutput',
  effect: 'reads',
  members: { InstanceId: required(string), Latest: boolean },
  run: async ({ InstanceId, Latest }, world) => {
    const instance = findInstance(world, InstanceId)
    if (Latest === true && instanceTypes.get(instance.instanceType)?.hypervisor !== 'nitro') {
      throw new ApiError(
        'UnsupportedOperation',
        'This instance type does not support retrieving the latest console logs.',
      )
    }
    const { bytes, atMs } = await readOutput(world, instance, Latest === true)
    return { instanceId: instance.id, timestamp: new Date(atMs), output: bytes.toString('base64') }
  },
})

/**
 * Empty until some time after the boot, as on EC2; then what the host wrote, as the faults let it be seen. What is posted
 * stays for a while; `Latest` looks at the console itself (EC2 User Guide, "Troubleshoot an unreachable instance").
 */
async function readOutput(world: World, instance: Instance, latest: boolean): Promise<ConsoleOutput> {
  const { latencies } = world.cloud
  const { id, launchedAtMs } = instance
  const nowMs = world.now()
  if (instance.state === 'pending' || nowMs < launchedAtMs + latencies.instancePendingMs + latencies.consoleMs) {
    return { bytes: Buffer.alloc(0), atMs: nowMs, launchedAtMs }
  }
  const { postedConsoles } = world
  const before = postedConsoles.get(id)
  const isRecent = before?.launchedAtMs === launchedAtMs && nowMs < before.atMs + latencies.consolePostedMs
  if (isRecent && !latest) return before
  const bytes = Buffer.from(await shownNow(world, instance)).subarray(-outputMaximum)
  const output = { bytes, atMs: nowMs, launchedAtMs }
  if (!latest && latencies.consolePostedMs > 0) {
    for (const known of postedConsoles.keys()) if (!world.instances.get(known)) postedConsoles.delete(known)
    postedConsoles.set(id, output)
  }
  return output
}

async function shownNow(world: World, instance: Instance): Promise<string> {
  const { latencies, faults } = world.cloud
  const type = instance.instanceType
  if (faults.happens('emptyConsole', type)) return ''
  const written = await writtenBy(world, instance)
  if (faults.happens('missingHostKeys', type)) return consoleWithoutKeys(written)
  if (faults.happens('scrolledConsole', type)) return consoleScrolledBy(written, outputMaximum)
  const keysAtMs = instance.launchedAtMs + latencies.instancePendingMs + (faults.current.lateHostKeysMs ?? 0)
  if (world.now() < keysAtMs) return consoleBeforeKeys(written)
  if (!faults.happens('garbledHostKeys', type)) return written
  return consoleWithGarbledKeys(written, faults.number('garbledHostKeys', `${type} place`))
}

function writtenBy(world: World, { id, privateIp, hostKeys, createdAtMs, launchedAtMs }: Instance): Promise<string> {
  if (world.cloud.hosts.kind !== 'none') return world.cloud.hosts.console(id)
  // Keys are printed at the first boot alone.
  return Promise.resolve(consoleText(hostnameOf(privateIp), launchedAtMs === createdAtMs ? hostKeys : [], launchedAtMs))
}
