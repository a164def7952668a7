import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pairStack } from '../../stacks.js'
import { openProofWorld, type Command, type ProofWorld } from '../proof-world.js'
import type { Held, Soaked } from './growth.js'
import { descriptorsOf, familyOf, loopDevicesOf, namespacesOf, rssMiBOf } from './machine-counts.js'

/** So much may a process that is at rest hold more. RSS is the allocator's to give back, and noise in it was 10 MiB when this was chosen. */
export const allowedInProcess: Held = {
  heapMiB: 4,
  rssMiB: 32,
  descriptors: 2,
  listeners: 0,
  handles: 2,
  children: 0,
  loopDevices: 0,
  namespaces: 0,
  temporaryFiles: 0,
}

const commands: readonly Command[] = [
  { kind: 'apply', text: pairStack() },
  { kind: 'apply', text: pairStack({ size: 2 }).replace('count: 2', 'count: 1') },
  { kind: 'destroy', text: pairStack() },
]

/** So many samples, or one a cycle where there are fewer cycles. */
const samplesMax = 50

/** Applies, changes and destroys a stack so often in this process, each with a client, a lock and a plan of its own; what was held in between. */
export async function soakInProcess(cyclesMax: number, isOver: () => boolean): Promise<Soaked> {
  const held: Held[] = []
  const each = Math.ceil(cyclesMax / samplesMax)
  let world: ProofWorld | undefined
  let cycle = 0
  while (cycle < cyclesMax && !isOver()) {
    cycle += 1
    // A world remembers its snapshots, and they are to be kept: it is followed by a new one before what it holds is looked at.
    world ??= await openProofWorld()
    for (const command of commands) await runOnce(world, command, cycle)
    if (cycle % each !== 0) continue
    await world.close()
    world = undefined
    held.push(heldNow())
    process.stderr.write(`cycle ${cycle}: ${JSON.stringify(held.at(-1))}\n`)
  }
  await world?.close()
  return { cycles: cycle, held }
}

async function runOnce(world: ProofWorld, command: Command, cycle: number): Promise<void> {
  const process = await world.process()
  const end = await world.run(process, command)
  if (!end.converged) throw new Error(`cycle ${cycle}: ${command.kind} did not converge: ${end.problems.join('; ')}`)
  await process.close()
  // Longer than the pause between two changes of a volume, and than EC2 shows what has ended.
  await world.clock.sleep(2 * 3_600_000)
}

const collect = (globalThis as { readonly gc?: () => void }).gc

function heldNow(): Held {
  collect?.()
  const family = familyOf(process.pid)
  return {
    heapMiB: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
    rssMiB: rssMiBOf(process.pid),
    descriptors: descriptorsOf(process.pid),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    handles: process.getActiveResourcesInfo().length,
    children: family.length - 1,
    loopDevices: loopDevicesOf(tmpdir()),
    namespaces: namespacesOf(family, 'mnt') + namespacesOf(family, 'net'),
    temporaryFiles: readdirSync(tmpdir()).length,
  }
}
