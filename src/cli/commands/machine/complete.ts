import { readStackFile } from '../../../app/stack-file.js'
import type { StackSpec } from '../../../model/stack-spec.js'
import type { Manifest } from '../../command-definition.js'
import { commandTree } from '../command-tree.js'
import { candidatesFor, type Candidates } from './candidates.js'
import { escaped, readShellLine } from './shell-line.js'

/**
 * What the completion of a shell asks: its name, then what is typed. The text to print: a line that says whether files may stand
 * there, `files` or `words`, then a line for each word, and for zsh and fish what it is for behind a tab. Nothing is asked of EC2.
 */
export async function completion(argv: readonly string[], manifest: Manifest): Promise<string> {
  const [shell = '', ...typed] = argv
  if (shell === 'bash') return forBash(typed, manifest)
  // These hand words over; the one at the cursor may have a quotation mark in front that is still open.
  const last = readShellLine(typed.at(-1) ?? '').words.at(-1) ?? ''
  const { words, files } = await candidates([...typed.slice(0, -1), last], manifest)
  return printed(
    files,
    words.map(({ word, about }) => `${word}\t${about}`),
  )
}

/** Bash hands over the line up to the cursor, and the characters that part words there: what is before one of them stays as it is. */
async function forBash([line = '', breaks = '']: readonly string[], manifest: Manifest): Promise<string> {
  const { words: all, quote } = readShellLine(line)
  const typed = all.slice(1)
  const { words, files } = await candidates(typed, manifest)
  const last = typed.at(-1) ?? ''
  const kept = quote === undefined ? Math.max(...[...breaks].map((mark) => last.lastIndexOf(mark))) + 1 : 0
  const rest = words.map(({ word }) => word.slice(kept))
  return printed(files, quote === undefined ? rest.map(escaped) : rest)
}

async function candidates(words: readonly string[], manifest: Manifest): Promise<Candidates> {
  const first = words.length > 1 ? words[0] : undefined
  const program = await commandTree(manifest, () => undefined, first)
  return candidatesFor(program, words, stackOf)
}

/** The stack file that is meant, if it is there and right. */
function stackOf(file: string | undefined): StackSpec | undefined {
  try {
    return readStackFile(file).spec
  } catch {
    return undefined
  }
}

function printed(files: boolean, lines: readonly string[]): string {
  return [files ? 'files' : 'words', ...lines, ''].join('\n')
}
