import { spawn } from 'node:child_process'

/** What was shown on a terminal, and how the program on it ended. */
export interface Shown {
  readonly exitCode: number
  readonly text: string
}

/** What is typed once a text has been shown; a function may see to something before. */
type Answer = readonly [shown: string, typed: string | (() => string | Promise<string>)]

/**
 * Runs a program on a terminal of 80 columns, and types: each answer once what comes before it has been shown. Needs
 * `script` of util-linux, as every Linux has it.
 */
export function onTerminal(
  argv: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
  dialogue: readonly Answer[],
): Promise<Shown> {
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', `stty cols 80 rows 30; ${words}`, '/dev/null'], {
      cwd: options.cwd,
      env: { ...options.env, TERM: 'xterm', CI: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const left = [...dialogue]
    let text = ''
    let seen = 0
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const next = left[0]
      const at = next === undefined ? -1 : text.indexOf(next[0], seen)
      if (next === undefined || at === -1) return
      seen = at + next[0].length
      left.shift()
      const typed = typeof next[1] === 'string' ? next[1] : next[1]()
      Promise.resolve(typed).then((keys) => child.stdin.write(keys), reject)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ exitCode: code ?? 1, text }))
  })
}
