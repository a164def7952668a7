import { constants } from 'node:fs'
import { appendFile, type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { systemClock } from '../../../core/clock.js'
import { run } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import { bindLoop } from './loop-binding.js'

/**
 * A volume's file as a block device of this machine. We hold the device open and have it told to clear itself at its
 * last close (AUTOCLEAR), so that it goes with this process even when that is killed.
 */
export class LoopDevice {
  /** e.g. `/dev/loop9`. */
  readonly path: string
  /** e.g. `7:9`. */
  readonly deviceNumber: string
  readonly #handle: FileHandle

  private constructor(path: string, deviceNumber: string, handle: FileHandle) {
    this.path = path
    this.deviceNumber = deviceNumber
    this.#handle = handle
  }

  static async attach(directory: HostsDirectory, file: string): Promise<LoopDevice> {
    const binding = await bindLoop(file)
    try {
      const handle = await open(binding.path, 'r')
      await appendFile(directory.loopsFile, `${binding.path}\n`)
      const deviceNumber = (await readFile(`/sys/block/${basename(binding.path)}/dev`, 'utf8')).trim()
      return new LoopDevice(binding.path, deviceNumber, handle)
    } finally {
      await binding.letGo()
    }
  }

  /** Whether somebody has it mounted, or holds it exclusively otherwise (mkfs, a volume manager). */
  async isBusy(): Promise<boolean> {
    try {
      const handle = await open(this.path, constants.O_RDWR | constants.O_EXCL)
      await handle.close()
      return false
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EBUSY') return true
      throw error
    }
  }

  /** Resolves whether it became free within `withinMs`: a dead host's mounts are undone a little after its end. */
  async becomesFree(withinMs: number): Promise<boolean> {
    const until = Date.now() + withinMs
    while (await this.isBusy()) {
      if (Date.now() > until) return false
      await systemClock.sleep(10)
    }
    return true
  }

  /** Whether the first sector ends with the signature of a partition table (that of GPT's protective one, too). */
  async hasPartitionTable(): Promise<boolean> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(512), 0, 512, 0)
    return bytesRead === 512 && buffer.readUInt16BE(510) === 0x55_aa
  }

  /** Writes what raw writers left in the device's cache through to the file. */
  async flush(): Promise<void> {
    await run('blockdev', ['--flushbufs', this.path])
  }

  /** Takes over the file's new size. */
  async refreshSize(): Promise<void> {
    await run('losetup', ['--set-capacity', this.path])
  }

  /**
   * Lets go of it: it is unbound at once where nothing else holds it, and resolves true; false when somebody still has
   * it open after half a second, and then it is unbound when that lets go. With `--partscan` its partitions go with it.
   */
  async release(): Promise<boolean> {
    await this.#handle.close()
    const backingFile = `/sys/block/${basename(this.path)}/loop/backing_file`
    for (let turn = 0; turn < 100; turn += 1) {
      const bound = await readFile(backingFile, 'utf8').catch(() => undefined)
      if (bound === undefined) {
        await removeLoopNodes([this.path])
        return true
      }
      await systemClock.sleep(5)
    }
    return false
  }
}

/**
 * Has the kernel remove unbound /dev/loopN again (LOOP_CTL_REMOVE, 0x4C81). It refuses one that somebody uses; the
 * first eight are the machine's own. Perl is essential in Debian, and Node has no ioctl.
 */
export async function removeLoopNodes(paths: Iterable<string>): Promise<void> {
  const numbers = [...new Set(paths)].map((path) => /^\/dev\/loop(\d+)$/.exec(path)?.[1] ?? '0')
  const ours = numbers.filter((number) => Number(number) >= 8)
  if (ours.length === 0) return
  const program = 'open(F, "+<", "/dev/loop-control") or die $!; ioctl(F, 0x4C81, $_ + 0) for @ARGV'
  await run('perl', ['-e', program, ...ours]).catch(() => '')
}

/** The loop devices whose file is this one, or, with `/` at its end, lies below it. */
export async function loopsOver(path: string): Promise<readonly string[]> {
  const loops: string[] = []
  for (const name of await readdir('/sys/block')) {
    if (!name.startsWith('loop')) continue
    const file = (await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')).trimEnd()
    if (path.endsWith('/') ? file.startsWith(path) : file === path) loops.push(`/dev/${name}`)
  }
  return loops
}

/**
 * The loop devices whose file lies on a filesystem that one of these holds: where its mount is gone, the name of a file tells
 * no more where it is.
 */
export async function loopsWithin(holders: readonly string[]): Promise<readonly string[]> {
  const numbers = await Promise.all(
    holders.map(async (path) => (await readFile(`/sys/block/${basename(path)}/dev`, 'utf8').catch(() => '')).trim()),
  )
  const table = await run('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-MAJ:MIN'])
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  return rows.flatMap(([name = '', holder = '']) => (holder !== '' && numbers.includes(holder) ? [name] : []))
}

/** Resolves when no device has this file any more, at the latest after 20 seconds. */
export async function waitUntilReleased(path: string): Promise<void> {
  for (let turn = 0; turn < 2_000 && (await loopsOver(path)).length > 0; turn += 1) await systemClock.sleep(10)
}
