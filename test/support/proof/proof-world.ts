import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { openSession, type Session } from '../../../src/app/session.js'
import { readStackFile } from '../../../src/app/stack-file.js'
import type { RunEvent } from '../../../src/executor/events.js'
import { createSandbox, type Faults, type RequestRecord } from '../../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../evenkeel.js'
import { carryOut, leftToDo, type Command, type CommandEnd } from './commands.js'
import { startProcess, type DoomedProcess, type ProcessOptions } from './doomed-process.js'
import { projectRoot } from './project-root.js'
import { seededRandom } from './seeded-random.js'
import { createOwnWireClock } from './own-wire.js'
import type { VirtualClock } from './virtual-clock.js'

export type { Command, CommandEnd } from './commands.js'

/** A request that EC2 has carried out, whether or not anybody heard of it. */
export type CarriedOut = Pick<RequestRecord, 'action' | 'parameters'>

/** A world at rest that others begin from. */
export interface SavedWorld {
  readonly directory: string
  readonly nowMs: number
  remove(): void
}

/** A sandbox with EC2's latencies on a virtual clock, and processes that work in it through whatever the command line runs. */
export interface ProofWorld {
  readonly clock: VirtualClock
  /** Of nobody's process: it sees everything. */
  readonly client: EC2Client
  process(options?: Omit<ProcessOptions, 'clock' | 'endpoint'>): Promise<DoomedProcess>
  /** Rejects for nothing but bugs; never settles when the process dies. */
  run(process: DoomedProcess, command: Command, events?: (event: RunEvent) => void): Promise<CommandEnd>
  /** What a plan still wants to do, in words; empty when nothing. */
  leftToDo(text: string): Promise<readonly string[]>
  setFaults(faults: Faults): void
  /** What EC2 has carried out since this world was opened, the first first. */
  carriedOut(): readonly CarriedOut[]
  /** Everything as it is now; the world is closed. */
  save(): Promise<SavedWorld>
  close(): Promise<void>
}

export interface ProofWorldOptions {
  readonly seed?: number
  readonly faults?: Faults
  readonly from?: SavedWorld
  /** To each other its processes are of other machines: nobody can look whether they live, and a lease is waited for. */
  readonly isElsewhere?: boolean
}

/** As `--lock-timeout 10m`: a lease of a minute is waited for, and somebody who works. */
const lockTimeoutMs = 10 * 60_000

const examples = join(projectRoot, 'examples/stacks')

export async function openProofWorld({
  seed = 0,
  faults,
  from,
  isElsewhere = false,
}: ProofWorldOptions = {}): Promise<ProofWorld> {
  const directory = temporaryDirectory('proof')
  if (from) cpSync(from.directory, directory.path, { recursive: true, verbatimSymlinks: true })
  else linkExamples(join(directory.path, 'stacks'))
  const clock = createOwnWireClock(from?.nowMs)
  const random = seededRandom(seed)
  const sandbox = await createSandbox({
    stateDir: join(directory.path, 'sandbox'),
    port: 0,
    hosts: 'none',
    latencies: 'real',
    switches: { instanceProfiles: 'web,db' },
    clock,
    seed,
    ...(faults && { faults }),
  })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  const client = new EC2Client({ region, endpoint, credentials })
  const processes: DoomedProcess[] = []
  const sessions: Session[] = []
  let runs = 0

  async function open(process: DoomedProcess, text: string): Promise<Session> {
    runs += 1
    const path = join(directory.path, 'stacks', `run-${runs}.yaml`)
    writeFileSync(path, text)
    const session = await openSession(readStackFile(path), {
      place: {
        target: { region, endpoint: process.endpoint, isSandbox: true, credentials },
        keys: join(directory.path, 'keys'),
        hostsImpossible: 'the worlds of the proof have no hosts',
        pace: { clock: process.clock, random, pollScale: 1, timeoutScale: 1 },
      },
      lock: {
        clock: process.clock,
        uptimeMs: () => process.clock.now(),
        holder: { user: 'proof', host: 'proof', pid: processes.indexOf(process) },
        livenessOf: ({ pid }) => (isElsewhere ? 'unknown' : processes[pid]?.isDead === false ? 'alive' : 'dead'),
      },
    })
    sessions.push(session)
    return session
  }

  const world: ProofWorld = {
    clock,
    client,
    async process(options = {}) {
      const process = await startProcess({ clock, endpoint, ...options })
      processes.push(process)
      return process
    },
    async run(process, command, events) {
      return carryOut(() => open(process, command.text), command, { lockTimeoutMs, ...(events && { events }) })
    },
    async leftToDo(text) {
      return leftToDo(await open(await world.process(), text))
    },
    setFaults: (next) => sandbox.setFaults(next),
    carriedOut: () => sandbox.requests().filter(({ status }) => status === 200),
    async save() {
      await end()
      return { directory: directory.path, nowMs: clock.now(), remove: directory.remove }
    },
    async close() {
      await end()
      directory.remove()
    },
  }
  return world

  async function end(): Promise<void> {
    await Promise.all(processes.map((process) => process.close()))
    // What dead processes hold they hold for ever: nothing of theirs is given back.
    for (const { ports } of sessions) {
      ports.cloud.close()
      ports.hosts.close()
      await ports.sync.close()
    }
    client.destroy()
    await sandbox.close()
  }
}

/** What the examples copy from lies beside every stack file. */
function linkExamples(directory: string): void {
  mkdirSync(directory)
  for (const name of readdirSync(examples)) symlinkSync(join(examples, name), join(directory, name))
}
