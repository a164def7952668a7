import { shellWord } from '../../core/shell-words.js'

/**
 * A POSIX sh script as it is sent on the standard input of `sh -s`: arguments are set inside it, so that nothing of
 * them stands in argv, and its length has no bound. The body is one compound command, which the shell has read to its
 * end before it starts: no command in it can eat the rest of the script.
 */
export function scriptText(body: string, args: readonly string[]): string {
  return `${prelude}set -- ${args.map(shellWord).join(' ')}\n{\n${body}\n} </dev/null\nexit $?\n`
}

/** A shell command of the stack file as it is sent on standard input: the text is evaluated as it stands. */
export function commandText(command: string): string {
  // The line end in front: a command that begins with a dash is no option of eval.
  return `eval ${shellWord(`\n${command}`)} </dev/null\nexit $?\n`
}

/** mkfs and its like lie in sbin, which is not on the path of every login; messages are matched in English. */
const prelude = `LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
`
