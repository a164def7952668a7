import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { run } from '../commands.js'
import type { LoopDevice } from './loop-device.js'

/** A partition of a volume, as this machine's kernel numbers it. */
export interface Partition {
  readonly number: number
  /** e.g. `259:3`. */
  readonly deviceNumber: string
  readonly startSector: number
  readonly sizeBytes: number
}

/**
 * Returns the partitions in a volume's table as it is now, by number; none where there is no table. `partx` tells them
 * to the kernel, which may have been built without the means to read tables itself.
 */
export async function readPartitions(loop: LoopDevice): Promise<readonly Partition[]> {
  const hasTable = await loop.hasPartitionTable()
  const before = await partitionsInKernel(loop)
  if (!hasTable && before.length === 0) return []
  await run('partx', [hasTable ? '--update' : '--delete', loop.path]).catch(() => '') // a mounted partition stays
  return partitionsInKernel(loop)
}

async function partitionsInKernel(loop: LoopDevice): Promise<readonly Partition[]> {
  const name = basename(loop.path)
  const directory = join('/sys/block', name)
  const names = (await readdir(directory)).filter((entry) => entry.startsWith(`${name}p`))
  const partitions = await Promise.all(
    names.map(async (entry): Promise<Partition> => {
      const read = async (file: string) => (await readFile(join(directory, entry, file), 'utf8')).trim()
      return {
        number: Number(await read('partition')),
        deviceNumber: await read('dev'),
        startSector: Number(await read('start')),
        sizeBytes: Number(await read('size')) * 512,
      }
    }),
  )
  return partitions.sort((left, right) => left.number - right.number)
}
