import { spawnSync } from 'node:child_process'

/** util-linux has it on every Linux; elsewhere a process that was killed leaves behind what it has started. */
const canBeTold = spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0

/** The words that start a program which is killed when this process dies, however it does. */
export function dyingWithParent(words: readonly string[]): readonly [string, readonly string[]] {
  const [program = '', ...args] = canBeTold ? ['setpriv', '--pdeathsig', 'KILL', '--', ...words] : words
  return [program, args]
}
