import { constants } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { openInside } from './inside.js'

/** The public host keys of the running host whose PID 1 is `pid`, one line each. */
export async function readHostKeys(pid: number): Promise<readonly string[]> {
  const directory = await openInside(pid, 'etc/ssh', constants.O_RDONLY | constants.O_DIRECTORY)
  if (directory === undefined) return []
  try {
    const names = await readdir(`/proc/self/fd/${directory.fd}`)
    const keys = names.filter((name) => /^ssh_host_.*_key\.pub$/.test(name)).sort()
    return (await Promise.all(keys.map((name) => readKey(pid, name)))).flat()
  } finally {
    await directory.close()
  }
}

async function readKey(pid: number, name: string): Promise<readonly string[]> {
  const file = await openInside(pid, `etc/ssh/${name}`, constants.O_RDONLY)
  if (file === undefined) return []
  try {
    return [(await file.readFile('utf8')).trim()]
  } finally {
    await file.close()
  }
}
