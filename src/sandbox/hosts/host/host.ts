import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open, readdir, readFile, writeFile, mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { HostError } from '../../../core/errors.js'
import { type ChildEnd, ChildWords, endOf } from '../child.js'
import { spawnChild } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { HostDescription, HostMetadata } from '../host-backend.js'
import type { Doors } from '../network/doors.js'
import type { Relay } from '../network/relay.js'
import type { Switch } from '../network/switch.js'
import { hostBootScript } from '../scripts/host-boot.sh.js'
import { hostMountTable } from './host-mounts.js'
import { consoleFile, readConsole, trimConsole } from './console.js'
import { DeviceGroup } from './device-group.js'
import { HostDisks, type InTurn } from './host-disks.js'
import { writeSeed } from './seed.js'

/** What a sandbox's hosts share. */
export interface HostSurroundings {
  readonly directory: HostsDirectory
  readonly network: Switch
  readonly relay: Relay
  readonly doors: Doors
}

/** How a host ended: by `stop`, by reboot(8) or poweroff(8) inside it, or otherwise. */
export type HostEnd = 'stopped' | 'reboot' | 'poweroff' | 'crash'

const bootWithinMs = 30_000
const stopWithinMs = 15_000

/** One running host. Its root disk is the directory `upper` of its instance directory, an overlay over the image. */
export class Host {
  readonly description: HostDescription
  readonly disks: HostDisks
  /** Resolves when nothing of it runs any more and its devices are released. */
  readonly end: Promise<HostEnd>
  readonly #child: ChildProcess
  readonly #relay: Relay
  #stopAsked = false

  private constructor(
    surroundings: HostSurroundings,
    description: HostDescription,
    child: ChildProcess,
    disks: HostDisks,
    group: DeviceGroup | undefined,
  ) {
    this.description = description
    this.disks = disks
    this.#child = child
    this.#relay = surroundings.relay
    this.end = endOf(child).then(async (childEnd) => {
      // What fails here has nobody to tell it to; the sweep at the next start finds what it left.
      await surroundings.doors.close(description.privateIp).catch(() => {})
      await surroundings.relay.forget(description.privateIp).catch(() => {})
      await disks.releaseAll().catch(() => {})
      await group?.remove()
      return this.#meaningOf(childEnd)
    })
  }

  /** Boots a host; resolves when sshd listens and can be reached. Nothing is left when it rejects. */
  static async boot(surroundings: HostSurroundings, description: HostDescription, inTurn: InTurn): Promise<Host> {
    const { directory, doors } = surroundings
    const { instanceId } = description
    await mkdir(directory.instance(instanceId), { recursive: true, mode: 0o700 })
    await writeSeed(directory, description)
    await trimConsole(directory, instanceId)
    const group = await DeviceGroup.create(directory, instanceId)
    const child = await start(surroundings, description, group)
    const words = new ChildWords(child)
    const disks = new HostDisks(directory, description, group, inTurn)
    const host = new Host(surroundings, description, child, disks, group)
    try {
      await expectWord(directory, instanceId, words, 'PREPARED')
      disks.openAt(await firstProcessOf(child))
      for (const volume of description.volumes) await disks.attach(volume.volumeId, volume.deviceName)
      await host.setMetadata(description.metadata)
      child.stdin?.write('go\n')
      await expectWord(directory, instanceId, words, 'READY')
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
    return this.#relay.describe(privateIp, userData === undefined ? metadata : { ...metadata, 'user-data': userData })
  }

  /** Resolves when nothing of it runs. `force` pulls the plug; an orderly stop that takes too long becomes one. */
  async stop(options: { readonly force: boolean }): Promise<void> {
    this.#stopAsked = true
    if (options.force) this.#child.kill('SIGKILL')
    else this.#child.stdin?.end('stop\n')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs)
    await this.end
    clearTimeout(timer)
  }

  /** The public host keys, one line each. */
  static async keys(directory: HostsDirectory, instanceId: string): Promise<readonly string[]> {
    const keyDirectory = join(directory.instance(instanceId), 'upper/etc/ssh')
    const names = (await readdir(keyDirectory)).filter((name) => /^ssh_host_.*_key\.pub$/.test(name)).sort()
    return Promise.all(names.map(async (name) => (await readFile(join(keyDirectory, name), 'utf8')).trim()))
  }

  #meaningOf({ exitCode, signal }: ChildEnd): HostEnd {
    if (this.#stopAsked) return 'stopped'
    // Exit statuses are host-init's; a reboot(2) inside makes the kernel end PID 1 by SIGHUP, a halt by SIGINT.
    if (exitCode === 3 || signal === 'SIGHUP') return 'reboot'
    if (exitCode === 4 || signal === 'SIGINT') return 'poweroff'
    return 'crash'
  }
}

let lastLink = 0

async function start(
  { directory, network }: HostSurroundings,
  description: HostDescription,
  group: DeviceGroup | undefined,
): Promise<ChildProcess> {
  const { instanceId } = description
  const script = join(directory.runtime, 'host-boot')
  const state = directory.instance(instanceId)
  const console = await open(consoleFile(directory, instanceId), 'a', 0o600)
  lastLink += 1
  try {
    return spawnChild(
      // prettier-ignore
      ['nsenter', `--mount=/proc/${network.pid}/ns/mnt`, 'setpriv', '--pdeathsig', 'KILL',
        ...(group === undefined ? [] : ['sh', '-c', 'echo 0 > "$0/cgroup.procs"; exec "$@"', group.inner]),
        'unshare', '--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child',
        '--propagation', 'private', script],
      {
        environment: {
          EVENKEEL_HOSTS: directory.root,
          INSTANCE_ID: instanceId,
          STATE: state,
          MOUNTS: join(directory.runtime, 'host-mounts'),
          IMAGE_LAYER: relative(state, directory.imageLayer),
          SWITCH_PID: String(network.pid),
          // A link's removal is not finished when its host ends, so each boot has a name of its own.
          LINK: `host${lastLink}`,
          PRIVATE_IP: description.privateIp,
          HOST_NAME: description.hostname,
          LOGIN_USER: description.loginUser,
          MACHINE_ID: createHash('sha256').update(instanceId).digest('hex').slice(0, 32),
        },
        stdio: ['pipe', 'pipe', console.fd],
      },
    )
  } finally {
    await console.close()
  }
}

/** Writes what `start` names: the boot script, and the table of the hosts' mounts. */
export async function writeBootFiles(directory: HostsDirectory): Promise<void> {
  await writeFile(join(directory.runtime, 'host-boot'), hostBootScript, { mode: 0o700 })
  await writeFile(join(directory.runtime, 'host-mounts'), hostMountTable(directory.imageLayer))
}

async function expectWord(
  directory: HostsDirectory,
  instanceId: string,
  words: ChildWords,
  word: string,
): Promise<void> {
  const heard = await words.hear(word, bootWithinMs)
  if (heard === 'said') return
  const tail = (await readConsole(directory, instanceId)).replaceAll('\r', '').trimEnd().split('\n').slice(-8)
  const how = heard === 'ended' ? 'ended' : `was not ready within ${bootWithinMs / 1000} s`
  throw new HostError('SANDBOX_HOST_FAILED', `the host of ${instanceId} ${how} while booting: ${tail.at(-1) ?? ''}`, {
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
