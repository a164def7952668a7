import { Option, type Command } from 'commander'
import { UsageError } from '../../core/errors.js'

/** In which form a command prints its result. */
export type ReportFormat = 'text' | 'json' | 'markdown' | 'junit' | 'sarif'

export interface ReportFormatOptions {
  readonly format?: ReportFormat
  readonly json?: boolean
  readonly markdown?: boolean
}

const shorthands = ['json', 'markdown'] as const

/** `--format` with the forms that a command has, and the short options for two of them. */
export function addFormatOptions(command: Command, formats: readonly ReportFormat[], result: string): Command {
  command.addOption(new Option('--format <format>', `in which form to print ${result}; default: text`).choices(formats))
  for (const name of shorthands) {
    if (formats.includes(name)) command.option(`--${name}`, `the same as --format ${name}`)
  }
  return command
}

/** The form that was asked for. Throws a UsageError where two were. */
export function formatOf(options: ReportFormatOptions): ReportFormat {
  const short = shorthands.filter((name) => options[name] === true)
  const asked = [...new Set([...(options.format === undefined ? [] : [options.format]), ...short])]
  const [format = 'text', other] = asked
  if (other === undefined) return format
  const words = [
    ...(options.format === undefined ? [] : [`--format ${options.format}`]),
    ...short.map((name) => `--${name}`),
  ]
  throw new UsageError('USAGE', `${words.join(' and ')} ask for two forms of one result`, {
    hint: 'leave one of them out',
  })
}

/** Whether programs read it that know findings, and nothing of plans. */
export function isForFindings(format: ReportFormat): format is 'junit' | 'sarif' {
  return format === 'junit' || format === 'sarif'
}
