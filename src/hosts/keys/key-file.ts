import { readFile, stat } from 'node:fs/promises'

/** Chosen: many times the longest key. */
export const keyFileBytesMax = 64 * 1024

/** What a file with a key holds; rejects, without a look into it, for what can be none: a pipe, a directory, a large file. */
export async function readKeyFile(path: string): Promise<Buffer> {
  const stats = await stat(path)
  if (!stats.isFile()) throw new Error('it is no file')
  if (stats.size > keyFileBytesMax) throw new Error(`it is ${stats.size} bytes long, so it is no key`)
  return readFile(path)
}
