import { createInterface } from 'node:readline/promises'
import { Cancelled } from '../../../core/errors.js'
import { legible } from '../../../report/legible.js'

export interface Question {
  readonly text: string
  /** What an empty line means. */
  readonly usual: string
  /** Why an answer will not do, in a sentence. */
  readonly mistakeIn: (answer: string) => string | undefined
}

/** Asks one question after the other on the terminal, each until its answer will do. Rejects with Cancelled on Ctrl-C and Ctrl-D. */
export async function answersTo(ask: (one: (question: Question) => Promise<string>) => Promise<void>): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new Promise<never>((_, reject) => {
    const leave = () => {
      process.stderr.write('\n')
      reject(new Cancelled('nothing was written: interrupted at a question'))
    }
    terminal.once('SIGINT', leave)
    terminal.once('close', leave)
  })
  gone.catch(() => undefined)
  try {
    await Promise.race([gone, ask(one)])
  } finally {
    terminal.removeAllListeners('close')
    terminal.close()
  }

  async function one({ text, usual, mistakeIn }: Question): Promise<string> {
    for (;;) {
      const answer = (await terminal.question(`${text} [${legible(usual)}]: `)).trim() || usual
      const mistake = mistakeIn(answer)
      if (mistake === undefined) return answer
      process.stderr.write(`  ${legible(mistake)}\n`)
    }
  }
}
