import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { codeCacheFolder } from './code-cache-place.js'
import { openCodeCache, writeCodeCache, type CodeCache, type KeptCode } from './code-cache.js'

/** What a file of the bundle is given, in this order. */
const head = '(function (exports, require, module, __filename, __dirname) {'
/** What was not kept is worth a writing from so many bytes of source on: `--version` is not. */
const worthBytes = 64 * 1024
/** V8 lets go of code that has not been run for a while: a program that went on has no longer what it started with. */
const longestSeconds = 30

interface FreshScript {
  readonly script: Script
  readonly sourceSum: number
}

/**
 * Returns what compiles the files of a folder: with what an earlier run has kept of them, and keeping what is new when this
 * process ends, lazily compiled functions too.
 */
export function scriptCompiler(folder: string): (path: string) => Script {
  const cacheFolder = codeCacheFolder(process.env)
  // V8's tag stands for its version, its flags and the processor's features: read once, as the flags are now.
  const words = [crc32(folder), process.version, process.arch, cachedDataVersionTag()]
  const cachePath = cacheFolder && join(cacheFolder, words.join('-'))
  const cache = cachePath === undefined ? undefined : openCodeCache(cachePath, folder)
  const fresh = new Map<string, FreshScript>()
  let freshBytes = 0
  if (cachePath !== undefined) {
    process.on('exit', () => {
      if (freshBytes < worthBytes || process.uptime() > longestSeconds) return
      try {
        writeCodeCache(cachePath, folder, everything(folder, cache, fresh))
      } catch {
        // A full or read-only disk is no matter of this command's: the next one starts as slowly as this one.
      }
    })
  }
  return (path) => {
    const name = basename(path)
    const source = readFileSync(path)
    const sourceSum = crc32(source)
    const kept = cache?.codeOf(name, sourceSum)
    const script = new Script(`${head}${source.toString('utf8')}\n})`, {
      filename: path,
      columnOffset: -head.length,
      ...(kept && { cachedData: kept.code }),
    })
    if (!kept || script.cachedDataRejected === true) {
      fresh.set(name, { script, sourceSum })
      freshBytes += source.length
    }
    return script
  }
}

/** What was kept of files that are still there, and what this run has added. */
function everything(
  folder: string,
  cache: CodeCache | undefined,
  fresh: ReadonlyMap<string, FreshScript>,
): Map<string, KeptCode> {
  const all = new Map<string, KeptCode>()
  for (const name of cache?.names ?? []) {
    const kept = fresh.has(name) || !existsSync(join(folder, name)) ? undefined : cache?.codeOf(name)
    if (kept) all.set(name, kept)
  }
  for (const [name, { script, sourceSum }] of fresh) all.set(name, { code: script.createCachedData(), sourceSum })
  return all
}
