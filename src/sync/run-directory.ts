import { readlinkSync } from 'node:fs'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../core/digest.js'
import { removeWithThisProcess } from './child-guard.js'

/** What a directory's name has beside the part that `base` is: so much stays for that of a socket in it. */
export const runDirectoryNameBytes = 'evenkeel-'.length + 5 + 1 + 7 + 1 + 6

/**
 * Makes a private directory (0700) that goes with this process, however that ends, and removes those of processes that
 * ended without (a machine that lost power). Whose one is stands in its name: there is no moment without.
 */
export async function makeRunDirectory(base: string): Promise<string> {
  await sweep(base)
  const directory = await mkdtemp(join(base, `evenkeel-${process.pid.toString(36)}-${processes()}-`))
  removeWithThisProcess(directory)
  return directory
}

const namePattern = /^evenkeel-([0-9a-z]+)-([0-9a-z]{7})-[A-Za-z0-9]{6}$/

async function sweep(base: string): Promise<void> {
  const names = await readdir(base).catch(() => [])
  for (const name of names) {
    const [, pid = '', where] = namePattern.exec(name) ?? []
    if (where !== processes() || isAlive(Number.parseInt(pid, 36))) continue
    const path = join(base, name)
    const status = await lstat(path).catch(() => undefined)
    if (status?.isDirectory() === true && status.uid === process.getuid?.()) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

/** Among which processes an id means one: containers share a directory, and count for themselves. Seven characters. */
function processes(): string {
  let name = hostname()
  try {
    name = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux: processes are the machine's.
  }
  return Number.parseInt(digestOf([name], 8), 16)
    .toString(36)
    .padStart(7, '0')
    .slice(-7)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
