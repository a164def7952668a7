import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { HostError } from '../../../core/errors.js'
import { ChildWords, endOf } from '../child.js'
import { run, spawnChild } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { HostInit } from '../host/init.js'
import { writeImageFiles } from '../image/image-files.js'
import { switchScript } from '../scripts/switch.sh.js'

/** The network in which a sandbox's hosts meet, and the image that they are made of; one process holds both. */
export class Switch {
  readonly #child: ChildProcess
  /** Its process id in this machine's numbering: /proc/<pid>/ns/net and ns/mnt are what hosts join. */
  readonly pid: number

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child
    this.pid = pid
  }

  /** Resolves when hosts can be booted on it. */
  static async start(directory: HostsDirectory, init: HostInit): Promise<Switch> {
    const imageFiles = join(directory.runtime, 'image')
    const script = join(directory.runtime, 'switch')
    await writeImageFiles(imageFiles, init)
    await writeFile(script, switchScript, { mode: 0o700 })
    const child = spawnChild(
      // prettier-ignore
      ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--propagation', 'private',
        script, imageFiles, directory.imageLayer],
      { environment: { EVENKEEL_HOSTS: directory.root }, stdio: 'pipe' },
    )
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-4096)))
    const heard = await new ChildWords(child).hear('READY', 20_000)
    if (heard === 'said' && child.pid !== undefined) return new Switch(child, child.pid)
    child.kill('SIGKILL')
    await endOf(child)
    throw new HostError('SANDBOX_HOST_FAILED', `the sandbox's network did not start: ${complaint.trim() || heard}`, {
      host: 'switch',
      stderrTail: complaint,
    })
  }

  /** Runs a program inside the sandbox's network. */
  run(program: string, args: readonly string[], input?: string): Promise<string> {
    return run('nsenter', [`--net=/proc/${this.pid}/ns/net`, program, ...args], input)
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000)
    await endOf(this.#child)
    clearTimeout(timer)
  }
}
