import { assert } from './assert.js'

const plainWord = /^[A-Za-z0-9_/:=.,@%+-]+$/

/**
 * One word that every POSIX shell reads back as exactly `text`: quoted where it must be. This is the only place where
 * text becomes part of a shell command.
 */
export function shellWord(text: string): string {
  assert(!text.includes('\0'), 'a shell word cannot hold the NUL character')
  return plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The command line that runs `argv`, no word of which is split or expanded. */
export function shellCommand(argv: readonly string[]): string {
  const [program = '', ...words] = argv
  // `A=b` as the first word would be an assignment.
  const first = program.includes('=') ? `'${program.replaceAll("'", String.raw`'\''`)}'` : shellWord(program)
  return [first, ...words.map(shellWord)].join(' ')
}
