import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { open, readFile, writeFile, mkdir } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join, relative } from 'node:path'
import { required } from '../../../core/assert.js'
import { HostError } from '../../../core/errors.js'
import { type ChildEnd, ChildWords, endOf } from '../child.js'
import { spawnChild } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import { rootNameFor } from '../disks/device-names.js'
import type { HostDevice } from '../disks/host-device.js'
import type { LoopDevice } from '../disks/loop-device.js'
import type { HostDescription, HostInterface, HostMetadata } from '../host-backend.js'
import { HostLinks, nextLinkName } from '../network/host-links.js'
import type { Doors } from '../network/doors.js'
import type { Relay } from '../network/relay.js'
import type { Switch } from '../network/switch.js'
import { hostBootProgram } from '../scripts/host-boot-program.js'
import { writeMounts } from './host-mounts.js'
import { writeBootRecord } from './boot-record.js'
import { consoleFile, readConsole, trimConsole } from './console.js'
import { giveBack, type Holdings, takeHoldings } from './holdings.js'
import { HostDisks, type InTurn } from './host-disks.js'
import { readHostKeys } from './host-keys.js'
import type { HostInit } from './init.js'
import { becomesListening } from './listening.js'
import { writeSeed } from './seed.js'

/** What a sandbox's hosts share. */
export interface HostSurroundings {
  readonly directory: HostsDirectory
  readonly network: Switch
  readonly relay: Relay
  readonly doors: Doors
  readonly init: HostInit
}

/** How a host ended: by `stop`, by reboot(8) or poweroff(8) inside it, or otherwise. */
export type HostEnd = 'stopped' | 'reboot' | 'poweroff' | 'crash'

/** Six hosts boot at a time, beside whatever else keeps the machine busy. */
const bootWithinMs = 60_000
const stopWithinMs = 15_000

/** SIGRTMIN+4 asks systemd to power off (systemd(1)); glibc's SIGRTMIN is 34. */
const systemdPowerOff = 38

/** One running host. Its root is an overlay over the image, with what it writes on its root disk (root-disk.ts). */
export class Host {
  readonly description: HostDescription
  readonly disks: HostDisks
  /** Resolves when nothing of it runs any more and its devices are released. */
  readonly end: Promise<HostEnd>
  readonly #child: ChildProcess
  readonly #relay: Relay
  readonly #network: Switch
  /** The switch's end of its first interface. */
  readonly #link: string
  #links: HostLinks | undefined
  readonly #init: HostInit
  #pid: number | undefined
  #stopAsked = false

  private constructor(
    surroundings: HostSurroundings,
    description: HostDescription,
    child: ChildProcess,
    disks: HostDisks,
    holdings: Holdings,
    link: string,
  ) {
    this.description = description
    this.disks = disks
    this.#init = surroundings.init
    this.#child = child
    this.#relay = surroundings.relay
    this.#network = surroundings.network
    this.#link = link
    this.end = endOf(child).then(async (childEnd) => {
      // What fails here has nobody to tell it to; the sweep at the next start finds what it left.
      await surroundings.doors.close(description.privateIp).catch(() => {})
      await surroundings.relay.forget(description.privateIp).catch(() => {})
      await disks.releaseAll().catch(() => {})
      await giveBack(holdings).catch(() => {})
      return this.#meaningOf(childEnd)
    })
  }

  /** Boots a host; resolves when sshd listens and can be reached. Nothing is left when it rejects. */
  static async boot(surroundings: HostSurroundings, description: HostDescription, inTurn: InTurn): Promise<Host> {
    const { directory, doors, init } = surroundings
    const { instanceId } = description
    await mkdir(directory.instance(instanceId), { recursive: true, mode: 0o700 })
    await writeSeed(directory, description)
    await trimConsole(directory, instanceId)
    const holdings = await takeHoldings(directory, init, description)
    const startedAtMs = Date.now()
    const link = nextLinkName()
    const child = await start(surroundings, description, holdings, link).catch(async (error: unknown) => {
      await giveBack(holdings)
      throw error
    })
    const words = new ChildWords(child)
    const disks = new HostDisks(
      directory,
      description,
      holdings.devices,
      rootDevice(description, holdings.root),
      inTurn,
    )
    const host = new Host(surroundings, description, child, disks, holdings, link)
    try {
      await expectWord(directory, instanceId, words, 'PREPARED')
      const pid = await firstProcessOf(child)
      host.#pid = pid
      await disks.openAt(pid)
      for (const volume of description.volumes) await disks.attach(volume.volumeId, volume.deviceName)
      await host.setInterfaces(description.interfaces ?? [])
      await host.setMetadata(description.metadata)
      child.stdin?.write('go\n')
      if (init === 'minimal') await expectWord(directory, instanceId, words, 'READY')
      else if (!(await becomesListening(pid, bootWithinMs)))
        throw await notBooted(directory, instanceId, 'did not listen')
      await writeBootRecord(pid, startedAtMs)
      await doors.open(description.privateIp)
    } catch (error) {
      await host.stop({ force: true })
      throw error
    }
    return host
  }

  /** What the metadata service says to it from now on, beside its user data. */
  setMetadata(metadata: HostMetadata): Promise<void> {
    const { privateIp, userData } = this.description
    const values = userData === undefined ? metadata.values : { ...metadata.values, 'user-data': userData }
    return this.#relay.describe(privateIp, { ...metadata, values })
  }

  /** What it has beside its first address from now on. */
  setInterfaces(interfaces: readonly HostInterface[]): Promise<void> {
    this.#links ??= new HostLinks(this.#network, required(this.#pid, 'PID 1'), this.#link)
    return this.#links.set(interfaces)
  }

  /** Resolves when nothing of it runs. `force` pulls the plug; an orderly stop that takes too long becomes one. */
  async stop(options: { readonly force: boolean }): Promise<void> {
    this.#stopAsked = true
    if (options.force) this.#child.kill('SIGKILL')
    else if (this.#init === 'systemd' && this.#pid !== undefined) process.kill(this.#pid, systemdPowerOff)
    else this.#child.stdin?.end('stop\n')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs)
    await this.end
    clearTimeout(timer)
  }

  /** The public host keys, one line each. */
  async keys(): Promise<readonly string[]> {
    return readHostKeys(required(this.#pid, 'PID 1'))
  }

  #meaningOf({ exitCode, signal }: ChildEnd): HostEnd {
    if (this.#stopAsked) return 'stopped'
    // Exit statuses are host-init's; a reboot(2) inside makes the kernel end PID 1 by SIGHUP, a halt by SIGINT.
    if (exitCode === 3 || signal === 'SIGHUP') return 'reboot'
    if (exitCode === 4 || signal === 'SIGINT') return 'poweroff'
    return 'crash'
  }
}

/** Joins the groups before `--` and becomes the program behind it, which speaks with the daemon by descriptors 8 and 9, and to the console. */
const joinGroups =
  'until [ "$1" = -- ]; do echo 0 > "$1/cgroup.procs"; shift; done; shift; exec "$@" 8<&0 9>&1 < /dev/null >&2'

async function start(
  { directory, network, init }: HostSurroundings,
  description: HostDescription,
  { root, devices, processes }: Holdings,
  link: string,
): Promise<ChildProcess> {
  const { instanceId } = description
  const script = join(directory.runtime, 'host-boot')
  const state = directory.instance(instanceId)
  const mounts = await writeMounts(directory, instanceId, init)
  const console = await open(consoleFile(directory, instanceId), 'a', 0o600)
  const groups = [devices?.inner, processes?.path].filter((path) => path !== undefined)
  try {
    return spawnChild(
      // prettier-ignore
      ['nsenter', `--mount=/proc/${network.pid}/ns/mnt`, 'setpriv', '--pdeathsig', 'KILL',
        'sh', '-c', joinGroups, 'join',
        ...groups, '--', 'unshare', '--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', ...ownClocks(),
        '--fork', '--kill-child', '--propagation', 'private', script],
      {
        environment: {
          EVENKEEL_HOSTS: directory.root,
          INSTANCE_ID: instanceId,
          STATE: state,
          MOUNTS: mounts,
          IMAGE_LAYER: relative(state, directory.imageLayer),
          ROOT_DEVICE: root.path,
          ROOT_NUMBER: root.deviceNumber,
          ROOT_NAME: `/dev/${rootNameFor(description.deviceNaming)}`,
          SWITCH_PID: String(network.pid),
          LINK: link,
          PRIVATE_IP: description.privateIp,
          MAC_ADDRESS: description.macAddress,
          HOST_NAME: description.hostname,
          DOMAIN: description.domain,
          LOGIN_USER: description.loginUser,
          INSTANCE_CONNECT: description.instanceConnect === true ? '1' : '',
          MACHINE_ID: createHash('sha256').update(instanceId).digest('hex').slice(0, 32),
        },
        stdio: ['pipe', 'pipe', console.fd],
      },
    )
  } finally {
    await console.close()
  }
}

/** A host's clocks of uptime begin with it (time_namespaces(7)), where the kernel can do that. */
function ownClocks(): readonly string[] {
  if (!existsSync('/proc/self/ns/time')) return []
  const seconds = Math.floor(Number(process.hrtime.bigint() / 1_000_000_000n))
  return ['--time', '--boottime', `-${Math.floor(uptime())}`, '--monotonic', `-${seconds}`]
}

/** The root disk as the host sees it. */
function rootDevice(description: HostDescription, { deviceNumber }: LoopDevice): HostDevice {
  const { instanceId, deviceNaming: naming, rootSizeBytes: sizeBytes, rootVolumeId } = description
  const volumeId = rootVolumeId ?? instanceId.replace(/^i-/, 'vol-')
  return { volumeId, kernelName: rootNameFor(naming), naming, deviceNumber, sizeBytes, partitions: [] }
}

/** Writes the boot program that `start` names. */
export async function writeBootFiles(directory: HostsDirectory): Promise<void> {
  await writeFile(join(directory.runtime, 'host-boot'), hostBootProgram(), { mode: 0o700 })
}

async function expectWord(
  directory: HostsDirectory,
  instanceId: string,
  words: ChildWords,
  word: string,
): Promise<void> {
  const heard = await words.hear(word, bootWithinMs)
  if (heard === 'said') return
  const how = heard === 'ended' ? 'ended' : `was not ready within ${bootWithinMs / 1000} s`
  throw await notBooted(directory, instanceId, how)
}

async function notBooted(directory: HostsDirectory, instanceId: string, how: string): Promise<HostError> {
  const tail = (await readConsole(directory, instanceId)).replaceAll('\r', '').trimEnd().split('\n').slice(-8)
  return new HostError('SANDBOX_HOST_FAILED', `the host of ${instanceId} ${how} while booting: ${tail.at(-1) ?? ''}`, {
    host: instanceId,
    stderrTail: tail.join('\n'),
    retryable: true,
  })
}

/** The host's PID 1, in this machine's numbering: the one child of the `unshare` that made the namespaces. */
async function firstProcessOf(child: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  return Number(children.trim().split(' ')[0])
}
