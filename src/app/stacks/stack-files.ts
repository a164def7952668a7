import { realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from '../../core/errors.js'
import { stackFilesIn } from '../stack-file.js'

/** Which stacks a command line means. */
export type MeantStacks =
  /** One; undefined: the one here. */
  | { readonly kind: 'one'; readonly file: string | undefined }
  /** Several, each once, in the order in which they were named; a folder always means several, be there one in it. */
  | { readonly kind: 'many'; readonly files: readonly string[] }

/**
 * What the words of a command line mean: files, and folders with `*.stack.yaml` or `stack.yaml` in them. What is no folder is
 * taken for a file, and told when it is read. Throws a UsageError for a folder without any.
 */
export function meantStacks(words: readonly string[]): MeantStacks {
  const [first] = words
  if (words.length === 0 || (words.length === 1 && first !== undefined && !isFolder(first))) {
    return { kind: 'one', file: first }
  }
  const files = new Map<string, string>()
  for (const file of words.flatMap((word) => (isFolder(word) ? filesIn(word) : [word]))) {
    const place = placeOf(file)
    if (!files.has(place)) files.set(place, file)
  }
  return { kind: 'many', files: [...files.values()] }
}

function filesIn(folder: string): readonly string[] {
  const names = stackFilesIn(folder)
  if (names.length > 0) return names.map((name) => join(folder, name))
  throw new UsageError('STACK_FILE_MISSING', `there is no stack.yaml and no *.stack.yaml in ${folder}`, {
    hint: 'name the files, or the folder in which they lie: folders in it are not looked into',
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function placeOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
