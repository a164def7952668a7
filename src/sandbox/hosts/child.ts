import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How a child ended: exactly one of the two is set. */
export interface ChildEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** Resolves when the child has ended, also when it had before or could not be started. */
export function endOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ exitCode: child.exitCode, signal: child.signalCode })
      return
    }
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    child.once('error', () => resolve({ exitCode: 127, signal: null }))
  })
}

/** The words (lines) that a child says on its standard output, to be awaited one by one. */
export class ChildWords {
  readonly #said = new Set<string>()
  readonly #listeners = new Map<string, () => void>()
  readonly #ended: Promise<ChildEnd>

  constructor(child: ChildProcess) {
    this.#ended = endOf(child)
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (word) => {
      this.#said.add(word)
      this.#listeners.get(word)?.()
    })
  }

  /** Whether the word has been heard so far. */
  said(word: string): boolean {
    return this.#said.has(word)
  }

  /** Resolves `said`, or `ended` when the child ended first, or `late` after `withinMs`. */
  async hear(word: string, withinMs: number): Promise<'said' | 'ended' | 'late'> {
    if (this.#said.has(word)) return 'said'
    let timer: NodeJS.Timeout | undefined
    try {
      return await Promise.race([
        new Promise<'said'>((resolve) => this.#listeners.set(word, () => resolve('said'))),
        this.#ended.then(() => 'ended' as const),
        new Promise<'late'>((resolve) => {
          timer = setTimeout(() => resolve('late'), withinMs)
        }),
      ])
    } finally {
      clearTimeout(timer)
      this.#listeners.delete(word)
    }
  }
}
