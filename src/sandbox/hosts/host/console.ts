import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostsDirectory } from '../directory.js'

/** EC2 keeps the last 64 KiB: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html */
const consoleBytesMax = 64 * 1024

const fileBytesMax = 1024 * 1024

export function consoleFile(directory: HostsDirectory, instanceId: string): string {
  return join(directory.instance(instanceId), 'console')
}

/** The end of what the host wrote to its console, with the line ends of a serial line (CR LF); empty when it has none. */
export async function readConsole(directory: HostsDirectory, instanceId: string): Promise<string> {
  const handle = await open(consoleFile(directory, instanceId), 'r').catch(() => undefined)
  if (handle === undefined) return ''
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, consoleBytesMax)
    const buffer = Buffer.alloc(length)
    await handle.read(buffer, 0, length, size - length)
    const text = buffer.toString('utf8').replaceAll(/\r?\n/g, '\r\n')
    return text.slice(-consoleBytesMax)
  } finally {
    await handle.close()
  }
}

export async function clearConsole(directory: HostsDirectory, instanceId: string): Promise<void> {
  await rm(consoleFile(directory, instanceId), { force: true })
}

/** Shortens the file to what can still be asked for, between two boots. */
export async function trimConsole(directory: HostsDirectory, instanceId: string): Promise<void> {
  const file = consoleFile(directory, instanceId)
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.size <= fileBytesMax) return
  await writeFile(file, (await readFile(file)).subarray(-consoleBytesMax))
}
