import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { codeCacheFolder } from './code-cache-place.js'
import { noteLook, openCodeCache, writeCodeCache, type CodeCache, type KeptCode } from './code-cache.js'

/** What a file of the bundle is given, in this order. */
const head = '(function (exports, require, module, __filename, __dirname) {'
/** So many bytes, of source that was not kept or of code that grew, are worth a writing: `--version` is not. */
const worthBytes = 64 * 1024
/** V8 lets go of code that has not been run for a while: a program that went on has no longer what it started with. */
const longestSeconds = 30

interface LoadedScript {
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
  const loaded = new Map<string, LoadedScript>()
  let freshBytes = 0
  if (cachePath !== undefined) {
    process.on('exit', () => {
      if (process.uptime() > longestSeconds) return
      try {
        if (freshBytes >= worthBytes) writeCodeCache(cachePath, folder, everything(folder, cache, loaded))
        else if (cache?.isDue === true) keepGrown(cachePath, folder, cache, loaded)
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
    loaded.set(name, { script, sourceSum })
    if (!kept || script.cachedDataRejected === true) freshBytes += source.length
    return script
  }
}

/** Of files that were kept, a run may need functions that the runs before it did not: they are kept too. */
function keepGrown(path: string, folder: string, cache: CodeCache, loaded: ReadonlyMap<string, LoadedScript>): void {
  const all = everything(folder, cache, loaded)
  if (bytesOf(all) - cache.bytes >= worthBytes) writeCodeCache(path, folder, all, cache.madeMs)
  else noteLook(path)
}

/** What was kept of files that are still there, and what this run has added: of each file what holds more functions. */
function everything(
  folder: string,
  cache: CodeCache | undefined,
  loaded: ReadonlyMap<string, LoadedScript>,
): Map<string, KeptCode> {
  const all = new Map<string, KeptCode>()
  for (const name of cache?.names ?? []) {
    const kept = existsSync(join(folder, name)) ? cache?.codeOf(name, loaded.get(name)?.sourceSum) : undefined
    if (kept) all.set(name, kept)
  }
  for (const [name, { script, sourceSum }] of loaded) {
    const code = script.createCachedData()
    const kept = script.cachedDataRejected === true ? undefined : all.get(name)
    if (!kept || code.length > kept.code.length) all.set(name, { code, sourceSum })
  }
  return all
}

function bytesOf(kept: ReadonlyMap<string, KeptCode>): number {
  let bytes = 0
  for (const { code } of kept.values()) bytes += code.length
  return bytes
}
