import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { pairStack } from '../stacks.js'
import { openProofWorld, type Command } from './proof-world.js'
import { recordProof } from './record-proof.js'

/** `npm run soak`: a stack is applied, changed and destroyed over and over, and nothing that a process holds may grow. */
const { values } = parseArgs({
  options: { cycles: { type: 'string', default: '1000' }, record: { type: 'boolean', default: false } },
})
const cycles = Number(values.cycles)

/** What a process holds. */
interface Held {
  readonly heapMiB: number
  readonly descriptors: number
  readonly loopDevices: number
  readonly namespaces: number
  readonly temporaryFiles: number
}

const measures = ['heapMiB', 'descriptors', 'loopDevices', 'namespaces', 'temporaryFiles'] as const

/** So much may the median of the last quarter lie above that of the second: caches fill in the first. */
const allowed: Readonly<Held> = { heapMiB: 8, descriptors: 2, loopDevices: 0, namespaces: 0, temporaryFiles: 0 }

const collect = (globalThis as { readonly gc?: () => void }).gc
const commands: readonly Command[] = [
  { kind: 'apply', text: pairStack() },
  { kind: 'apply', text: pairStack({ size: 2 }).replace('count: 2', 'count: 1') },
  { kind: 'destroy', text: pairStack() },
]

const held: Held[] = []
let world = await openProofWorld()
for (let cycle = 1; cycle <= cycles; cycle += 1) {
  for (const command of commands) {
    const process = await world.process()
    const end = await world.run(process, command)
    if (!end.converged) throw new Error(`cycle ${cycle}: ${command.kind} did not converge: ${end.problems.join('; ')}`)
    await process.close()
    // Longer than the pause between two changes of a volume, and than EC2 shows what has ended.
    await world.clock.sleep(2 * 3_600_000)
  }
  // A world remembers its snapshots, and they are to be kept: each twentieth cycle begins in a new one.
  if (cycle % 20 === 0 || cycle === cycles) {
    await world.close()
    collect?.()
    held.push(heldNow())
    if (cycle < cycles) world = await openProofWorld()
  }
}

const quarter = Math.max(1, Math.floor(held.length / 4))
const second = held.slice(quarter, 2 * quarter)
const last = held.slice(-quarter)
const grown = measures.map((name) => {
  const before = median(second.map((each) => each[name]))
  const after = median(last.map((each) => each[name]))
  return { name, before, after, isFlat: after - before <= allowed[name] }
})
const told = grown.map(({ name, before, after }) => `${name} ${before} -> ${after}`).join(', ')
const line = `${cycles} cycles, ${grown.every(({ isFlat }) => isFlat) ? 'flat' : 'GROWS'}: ${told}`
globalThis.process.stdout.write(`${line}\n`)
if (values.record) recordProof('soak', undefined, [line])
globalThis.process.exit(grown.every(({ isFlat }) => isFlat) ? 0 : 1)

function heldNow(): Held {
  return {
    heapMiB: Math.round(globalThis.process.memoryUsage().heapUsed / 2 ** 20),
    descriptors: readdirSync('/proc/self/fd').length,
    loopDevices: readdirSync('/sys/block').filter((name) => name.startsWith('loop') && isBacked(name)).length,
    namespaces: new Set(readdirSync('/proc').flatMap(namespaceOf)).size,
    temporaryFiles: readdirSync(tmpdir()).filter((name) => name.startsWith('evenkeel-proof-')).length,
  }
}

function isBacked(name: string): boolean {
  try {
    return readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').includes('evenkeel-proof-')
  } catch {
    return false
  }
}

/** Of this process' descendants alone: other work on the machine has namespaces too. */
function namespaceOf(pid: string): readonly string[] {
  try {
    if (!/^\d+$/.test(pid)) return []
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (pid !== String(globalThis.process.pid) && parent !== String(globalThis.process.pid)) return []
    return [readlinkSync(`/proc/${pid}/ns/mnt`)]
  } catch {
    return []
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0
}
