import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import type { Place } from '../../../../src/app/place.js'
import { openSession, type Session } from '../../../../src/app/session.js'
import { readStackFile } from '../../../../src/app/stack-file.js'
import { messageOf } from '../../../../src/core/errors.js'
import { createSandbox } from '../../../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../../evenkeel.js'
import { carryOut, leftToDo, type Command, type CommandEnd } from '../commands.js'
import { projectRoot } from '../project-root.js'
import { HeldGroup } from './held-processes.js'
import type { DoomedAnswer, DoomedRequest } from './doomed-run.js'
import type { HostDoom, HostOperation } from './host-operations.js'

/** A run in a process of its own. */
export interface DoomedRun {
  /** Undefined: it has killed itself. */
  readonly end: CommandEnd | undefined
  readonly operations: readonly HostOperation[]
  /** Names of what it has left standing still in servers; undefined: its end was not in the middle of anything. */
  readonly held: readonly string[] | undefined
}

/** A world at rest, on disk. */
export interface SavedHosts {
  readonly directory: string
  remove(): void
}

/** A sandbox with real hosts on the machine's clock, and runs in it. */
export interface HostWorld {
  readonly client: EC2Client
  /** Carries a command out in this process, whole. */
  run(command: Command): Promise<CommandEnd>
  /** Carries it out in a process of its own, which kills itself at the doom. */
  runApart(command: Command, doom?: HostDoom): Promise<DoomedRun>
  /** What stands still in servers goes on. */
  letGo(): void
  /** Names of what stood still and has not ended. */
  stillHeld(): readonly string[]
  /** What a plan still wants to do, in words; empty when nothing. */
  leftToDo(text: string): Promise<readonly string[]>
  /** A session of a stack as it is now, to look into its servers; it is closed with the world. */
  open(text: string): Promise<Session>
  /** What runs apart have left on this machine, each in words: files, and processes that have them in their words. */
  leftHere(): readonly string[]
  /** What went wrong behind the sandbox's API, in words. */
  reports(): readonly string[]
  /** Everything as it is now; the world is closed. */
  save(): Promise<SavedHosts>
  close(): Promise<void>
}

/** Before the first world: the program of a run of its own is made. */
export function buildDoomedRun(): void {
  const bundle = pathToFileURL(join(projectRoot, 'benches/support/bundle.mjs')).href
  const script = `import { bundleOf } from ${JSON.stringify(bundle)}; await bundleOf('test/support/proof/hosts/doomed-run.ts', { isWhole: true })`
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: projectRoot })
}
const doomedRun = join(projectRoot, 'node_modules/.evenkeel-bench/test-support-proof-hosts-doomed-run.mjs')

/** What is copied into servers: some files, so that a copy can be cut between two, and a large one, so that it can be in one. */
const files = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [`${at}.txt`, `${at}\n`.repeat(at === 6 ? 4_000_000 : 20_000)]),
)

const lockTimeoutMs = 60_000

/** Chosen: here nothing lags and nothing takes time but work, so a fifth of what clients wait in any quick sandbox. */
const pollScale = 0.01

/** `from`: left out, it begins empty. */
export async function openHostWorld(from?: SavedHosts): Promise<HostWorld> {
  const directory = temporaryDirectory('hosts')
  // Its length counts: it becomes a part of the paths of sockets.
  const temporary = mkdtempSync(join(tmpdir(), 'ek-'))
  const stacks = join(directory.path, 'stacks')
  let waiting = from && startDoomedRun(temporary)
  if (from) copyWorld(from.directory, directory.path)
  else {
    mkdirSync(join(stacks, 'site'), { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(stacks, 'site', name), text)
  }
  const reports: string[] = []
  const sandbox = await createSandbox({
    stateDir: join(directory.path, 'sandbox'),
    port: 0,
    hosts: 'linux',
    latencies: 'zero',
    switches: { init: 'minimal', offline: true },
    onReport: (text) => reports.push(text),
  })
  const group = new HeldGroup(basename(temporary))
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  const client = new EC2Client({ region, endpoint, credentials })
  const place: Place = {
    target: { region, endpoint, isSandbox: true, credentials },
    keys: join(directory.path, 'keys'),
    hostsImpossible: undefined,
    pace: { pollScale },
  }
  await allListen(client).catch((error: unknown) => {
    throw new Error([messageOf(error), ...reports].join('; '), { cause: error })
  })
  const sessions: Session[] = []
  let written = 0

  function write(text: string): string {
    const path = join(stacks, `run-${(written += 1)}.yaml`)
    writeFileSync(path, text)
    return path
  }
  async function open(text: string): Promise<Session> {
    const session = await openSession(readStackFile(write(text)), { place })
    sessions.push(session)
    return session
  }
  async function end(): Promise<void> {
    for (const session of sessions) await session.close()
    client.destroy()
    waiting?.kill('SIGKILL')
    await sandbox.close()
    group.remove()
    rmSync(temporary, { recursive: true, force: true })
  }

  return {
    client,
    open,
    run: (command) => carryOut(() => open(command.text), command, { lockTimeoutMs }),
    async runApart(command, doom) {
      const heldPath = join(directory.path, 'held')
      rmSync(heldPath, { force: true })
      const path = write(command.text)
      const { name: groupName } = group
      const request: DoomedRequest = { path, place, command, doom, groupName, heldPath, lockTimeoutMs }
      const child = waiting ?? startDoomedRun(temporary)
      waiting = undefined
      const answer = await answerOf(child, request)
      const held = existsSync(heldPath) ? (JSON.parse(readFileSync(heldPath, 'utf8')) as string[]) : undefined
      return { end: answer?.end, operations: answer?.operations ?? [], held }
    },
    letGo: () => group.letGo(),
    stillHeld: () => group.left(),
    reports: () => reports,
    leftToDo: async (text) => leftToDo(await open(text)),
    leftHere: () => [...readdirSync(temporary).map((name) => `file ${name}`), ...processesWith(temporary)],
    async save() {
      await end()
      return { directory: directory.path, remove: directory.remove }
    },
    async close() {
      await end()
      directory.remove()
    },
  }
}

/** A process that waits to be told what to run: it starts while its world does. */
function startDoomedRun(temporary: string): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary, HOME: temporary }
  return fork(doomedRun, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env, execArgv: [] })
}

/** Undefined when it died. */
function answerOf(child: ChildProcess, request: DoomedRequest): Promise<DoomedAnswer | undefined> {
  let answer: DoomedAnswer | undefined
  child.on('message', (message) => {
    answer = message as DoomedAnswer
  })
  child.send(request)
  return new Promise((resolve) => {
    child.once('exit', () => resolve(answer))
  })
}

/** Hosts of a world that begins anew boot as long as a busy machine lets them; a run waits 10 s for one that does not answer. */
async function allListen(client: EC2Client): Promise<void> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  const running = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name === 'running',
  )
  for (const end = Date.now() + bootWithinMs; ; await sleep(50)) {
    const answers = await Promise.all(running.map(({ PublicIpAddress = '' }) => listens(PublicIpAddress)))
    if (answers.every(Boolean)) return
    if (Date.now() > end) throw new Error(`a host does not listen ${bootWithinMs / 1000} s after its world began`)
  }
}

const bootWithinMs = 60_000

function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(22, address)
    const answer = (does: boolean) => {
      socket.destroy()
      resolve(does)
    }
    socket.once('data', () => answer(true))
    socket.once('close', () => resolve(false))
    socket.once('error', () => answer(false))
  })
}

/** Disks are mostly holes, and whole as long as nothing runs. */
function copyWorld(from: string, to: string): void {
  execFileSync('cp', ['-a', '--sparse=always', '--reflink=auto', `${from}/.`, to])
}

function processesWith(word: string): readonly string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    const words = readIfThere(`/proc/${entry}/cmdline`).replaceAll('\0', ' ').trim()
    return words.includes(word) ? [`process ${words.slice(0, 120)}`] : []
  })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
