import { createInterface } from 'node:readline/promises'
import { Cancelled } from '../core/errors.js'
import { legible } from '../report/legible.js'

/** What `--no-color` says; set once, when a command begins. */
let colorAllowed = true

export function forbidColor(): void {
  colorAllowed = false
}

/** Whether to colour what goes to a stream: https://no-color.org, and never into a pipe unless FORCE_COLOR asks for it. */
export function useColor(stream: NodeJS.WriteStream): boolean {
  if (!colorAllowed || isSet('NO_COLOR')) return false
  return isSet('FORCE_COLOR') || (stream.isTTY && process.env['TERM'] !== 'dumb')
}

/** Whether lines may be drawn over: a terminal, and not a CI's log that claims to be one. */
export function canRedraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !isSet('CI') && process.env['TERM'] !== 'dumb'
}

/** A line about what is going on, drawn over by the next one; nothing where lines cannot be drawn over. */
export function activityLine(): { say: (text: string) => void; clear: () => void } {
  const { stderr } = process
  if (!canRedraw(stderr)) return { say: () => undefined, clear: () => undefined }
  return {
    say: (text) => void stderr.write(`\r\u001B[K${legible(text)} …`),
    clear: () => void stderr.write('\r\u001B[K'),
  }
}

/** Asks on the terminal; only the whole word `yes` is a yes, and Ctrl-D is a no. Rejects with Cancelled on Ctrl-C. */
export async function askForYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise<boolean>((resolve, reject) => {
      terminal.once('SIGINT', () => {
        process.stderr.write('\n')
        reject(new Cancelled('nothing was done: interrupted at the question'))
      })
      terminal.once('close', () => resolve(false))
      terminal.question(`${question} Only "yes" is taken for a yes: `).then(
        (answer) => resolve(answer.trim() === 'yes'),
        // Closed at Ctrl-D: Node 20.20 and newer reject what nobody answers any more.
        () => resolve(false),
      )
    })
  } finally {
    terminal.close()
  }
}

function isSet(name: string): boolean {
  const value = process.env[name]
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}
