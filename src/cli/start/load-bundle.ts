import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
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

/** A file is run once in a process, whoever asks for it. */
const loaded = new Map<string, LoadedFile>()

/**
 * Runs a file of the bundled command line and what it asks for, and returns its exports. The bundle is CommonJS: of a script V8
 * can keep what it has made, of a module Node 20 cannot (decision 57).
 */
export function loadBundle(entry: string): unknown {
  const compile = scriptCompiler(dirname(entry))
  const requireOutside = createRequire(entry)
  const load = (path: string): unknown => {
    const known = loaded.get(path)
    if (known) return known.exports
    const file: LoadedFile = { exports: {} }
    loaded.set(path, file)
    const require = (id: string) => (id.startsWith('.') ? load(join(dirname(path), id)) : requireOutside(id))
    const run = compile(path).runInThisContext() as RunFile
    run.call(file.exports, file.exports, require, file, path, dirname(path))
    return file.exports
  }
  return load(entry)
}
