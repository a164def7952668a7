import pLimit from 'p-limit'
import type { FindingsOf } from '../../report/findings/finding.js'
import { sectionsJson, sectionsMarkdown, sectionsText, type StackSection } from '../../report/stacks/stack-sections.js'
import { asEvenkeelError } from '../../core/errors.js'
import { exitCodeOfAll, failureExitCode } from '../../core/exit-codes.js'
import { failureText } from '../failure.js'
import { failureFindings, renderFindings } from '../formats/render-report.js'
import { isForFindings, type ReportFormat } from '../formats/report-format.js'
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
  /** The same for a form of findings. */
  readonly findings: () => FindingsOf
  readonly exitCode: number
}

export interface ManyOptions {
  readonly command: FindingsOf['command']
  readonly format: ReportFormat
  /** Exit statuses, the first that any stack has wins; in front of them come an interruption, an error, a lock and staleness. */
  readonly exitOrder: readonly number[]
}

/** Looks at several stacks side by side and prints one report. Returns the exit status. What goes wrong with one hides no other. */
export async function reportStacks(
  files: readonly string[],
  reportOf: (file: string) => Promise<StackReport>,
  { command, format, exitOrder }: ManyOptions,
): Promise<number> {
  const color = useColor(process.stdout) && format === 'text'
  const told = await pLimit(stacksAtOnce).map(files, async (file) => {
    try {
      const { exitCode, findings, ...report } = await reportOf(file)
      return { exitCode, findings, section: { kind: 'told', file, ...report } satisfies StackSection }
    } catch (thrown) {
      const error = asEvenkeelError(thrown)
      const text = failureText(error, color)
      const findings = () => failureFindings(command, error, file)
      const section: StackSection = { kind: 'failed', file, error, text }
      return { exitCode: failureExitCode(error), findings, section }
    }
  })
  process.stdout.write(
    isForFindings(format)
      ? renderFindings(
          format,
          told.map(({ findings }) => findings()),
        )
      : renderSections(
          told.map(({ section }) => section),
          command,
          format,
          color,
        ),
  )
  return exitCodeOfAll(
    told.map(({ exitCode }) => exitCode),
    exitOrder,
  )
}

function renderSections(
  sections: readonly StackSection[],
  command: FindingsOf['command'],
  format: ReportFormat,
  color: boolean,
): string {
  if (format === 'markdown') return sectionsMarkdown(sections)
  return format === 'json' ? sectionsJson(sections, command) : sectionsText(sections, color)
}
