import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { scriptCompiler } from './script-compiler.js'

interface LoadedFile {
  readonly exports: object
}

type RunFile = (
  exports: object,
  require: (id: string) => unknown,
  module: LoadedFile,
  filename: string,
  dirname: string,
) => void

/**
 * By the words with which one file asks for another, all being in one folder: making paths of them took a twentieth of a start. A
 * file is run once in a process, whoever asks for it.
 */
const loaded = new Map<string, LoadedFile>()

/**
 * Runs a file of the bundled command line and what it asks for, and returns its exports. The bundle is CommonJS: of a script V8
 * can keep what it has made, of a module Node 20 cannot (decision 57).
 */
export function loadBundle(entry: string): unknown {
  const folder = dirname(entry)
  const compile = scriptCompiler(folder)
  const requireOutside = createRequire(entry)
  const load = (id: string): unknown => {
    const known = loaded.get(id)
    if (known) return known.exports
    if (!id.startsWith('./')) return requireOutside(id)
    const file: LoadedFile = { exports: {} }
    loaded.set(id, file)
    const path = join(folder, id)
    const run = compile(path).runInThisContext() as RunFile
    run.call(file.exports, file.exports, load, file, path, folder)
    return file.exports
  }
  return load(`./${basename(entry)}`)
}
