import pLimit from 'p-limit'
import { sectionsJson, sectionsMarkdown, sectionsText, type StackSection } from '../../report/stacks/stack-sections.js'
import { exitCodes } from '../exit-codes.js'
import { asEvenkeelError, failureExitCode, failureText } from '../failure.js'
import { useColor } from '../terminal.js'

/** Chosen: as many sessions as hide each other's waiting; each reads up to sixteen servers at once. */
const stacksAtOnce = 4

/** What a command says of one stack. */
export interface StackReport {
  readonly stack: string
  /** `music in us-east-1`. */
  readonly place: string
  /** What it prints for the stack alone. */
  readonly text: string
  readonly words: string
  readonly exitCode: number
}

export interface ManyOptions {
  /** The member of JSON that holds the text; undefined: text, or Markdown. */
  readonly json: 'plan' | 'drift' | undefined
  readonly markdown: boolean
  /** Exit statuses, the first that any stack has wins; in front of them come an interruption, an error, a lock and staleness. */
  readonly exitOrder: readonly number[]
}

/** Looks at several stacks side by side and prints one report. Returns the exit status. What goes wrong with one hides no other. */
export async function reportStacks(
  files: readonly string[],
  reportOf: (file: string) => Promise<StackReport>,
  { json, markdown, exitOrder }: ManyOptions,
): Promise<number> {
  const color = useColor(process.stdout) && json === undefined && !markdown
  const told = await pLimit(stacksAtOnce).map(files, async (file) => {
    try {
      const { exitCode, ...report } = await reportOf(file)
      return { exitCode, section: { kind: 'told', file, ...report } satisfies StackSection }
    } catch (thrown) {
      const error = asEvenkeelError(thrown)
      const text = failureText(error, color)
      return { exitCode: failureExitCode(error), section: { kind: 'failed', file, error, text } satisfies StackSection }
    }
  })
  const sections = told.map(({ section }) => section)
  if (json !== undefined) process.stdout.write(sectionsJson(sections, json))
  else process.stdout.write(markdown ? sectionsMarkdown(sections) : sectionsText(sections, color))
  const codes = new Set(told.map(({ exitCode }) => exitCode))
  const { interrupted, failure, locked, stale } = exitCodes
  return [interrupted, failure, locked, stale, ...exitOrder].find((code) => codes.has(code)) ?? exitCodes.success
}
