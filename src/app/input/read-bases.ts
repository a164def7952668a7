import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { UsageError } from '../../core/errors.js'
import type { GivenBase } from '../../spec/bases/compose.js'
import { baseNamedIn, saysItIsStackFile } from '../../spec/bases/named-base.js'
import { readText, stackFileBytesMax } from './read-text.js'

/** Chosen: an environment, a team, a company, and twice as many again. */
const filesMax = 8

/** Where bases are read: this machine's files, or those of a git revision. */
export interface BaseFiles {
  /** The text; throws a UsageError where there is none. */
  readonly read: (path: string) => string
  /** What a path stands for once links are followed; undefined for what is not there. */
  readonly realOf: (path: string) => string | undefined
}

/** Everything that a stack file builds on, from its own base down; the last one may be why there is none. */
export function readBases(path: string, text: string, files: BaseFiles = thisMachine): readonly GivenBase[] {
  const { realOf } = files
  const bases: GivenBase[] = []
  const seen = [{ path, real: realOf(path) ?? resolve(path) }]
  let bytes = Buffer.byteLength(text)
  for (let [from, named] = [path, baseNamedIn(text)]; named !== undefined;) {
    const base = baseAt(from, named)
    bases.push({ written: named, ...base })
    if ('mistake' in base) return bases
    ;[from, named] = [base.file, baseNamedIn(base.text)]
  }
  return bases

  function baseAt(from: string, written: string): Omit<GivenBase, 'written'> & Found {
    if (isAbsolute(written) || written === '~' || written.startsWith('~/')) {
      return mistake('a base is named from the file that builds on it', 'write a relative path, such as ./base.yaml')
    }
    const file = join(dirname(from), written)
    const chain = [...seen.map((one) => one.path), file].join(' -> ')
    const real = realOf(file) ?? resolve(file)
    if (seen.some((one) => one.real === real)) return mistake(`these build on each other: ${chain}`)
    if (seen.length === filesMax) return mistake(`at most ${filesMax} files build on each other: ${chain}`)
    const led = ledOut(files, from, written)
    if (led !== undefined)
      return mistake(`the base ${file} is a link that leads out of its directory, to ${led}`, 'name the file itself')
    const found = textOf(files, file)
    if ('mistake' in found) return found
    bytes += Buffer.byteLength(found.text)
    if (bytes > stackFileBytesMax) {
      return mistake(`with the base ${file} the stack file has more than ${stackFileBytesMax / 1024 / 1024} MiB`)
    }
    seen.push({ path: file, real })
    return { file, text: found.text, directory: relative(dirname(resolve(path)), dirname(resolve(file))) }
  }
}

type Found =
  | { readonly file: string; readonly text: string; readonly directory: string }
  | { readonly mistake: string; readonly hint?: string | undefined }

function mistake(text: string, hint?: string) {
  return { mistake: text, hint }
}

/** The text, if the file says that it is a stack file: see `saysItIsStackFile`. */
function textOf(
  { read }: BaseFiles,
  file: string,
): { readonly text: string } | { readonly mistake: string; readonly hint: string | undefined } {
  try {
    const text = read(file)
    if (saysItIsStackFile(text)) return { text }
    return mistake(`the base ${file} is no stack file`, 'a base begins with `evenkeel: 1`, as every stack file does')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { mistake: error.message, hint: error.hint }
  }
}

/** Where a link leads that stands for something outside of the file's directory and of the one that is written. */
function ledOut({ realOf }: BaseFiles, from: string, written: string): string | undefined {
  const directory = realOf(dirname(from))
  const real = realOf(join(dirname(from), written))
  if (directory === undefined || real === undefined) return undefined
  const plain = dirname(resolve(directory, written))
  return isWithin(directory, real) || isWithin(plain, real) ? undefined : real
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}

export const thisMachine: BaseFiles = { read: readText, realOf: realPathOf }

/** Undefined for what is not there. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
