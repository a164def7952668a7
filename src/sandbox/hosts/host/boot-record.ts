import { constants } from 'node:fs'
import { release } from 'node:os'
import { openInside } from './inside.js'

const bootTime = 2

/**
 * Writes the record of a boot that has just been, by which `who -b` and `last` go: a `struct utmp` of type BOOT_TIME (utmp(5)),
 * 384 bytes on x86-64 and arm64 with glibc. A host that has made a link of the file or of /var/log goes without.
 */
export async function writeBootRecord(pid: number, atMs: number): Promise<void> {
  const record = Buffer.alloc(384)
  record.writeInt16LE(bootTime, 0)
  record.write('~', 8)
  record.write('~~', 40)
  record.write('reboot', 44)
  record.write(release(), 76)
  record.writeInt32LE(Math.floor(atMs / 1000), 340)
  for (const path of ['run/utmp', 'var/log/wtmp']) await append(pid, path, record).catch(() => {})
}

async function append(pid: number, path: string, record: Buffer): Promise<void> {
  const file = await openInside(pid, path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o664)
  try {
    await file?.appendFile(record)
  } finally {
    await file?.close()
  }
}
