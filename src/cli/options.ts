import { InvalidArgumentError, type Command } from 'commander'
import type { StackFileOptions } from '../app/stack-file.js'
import { givenVariables } from './given-variables.js'

/** What every command that reads a stack file takes. */
export interface StackOptions {
  readonly var?: Readonly<Record<string, string>>
  readonly varFile?: readonly string[]
  readonly target?: string
  readonly sandboxDir?: string
  readonly color: boolean
}

/** What every command takes that changes something. */
export interface LockingOptions {
  /** Milliseconds. */
  readonly lockTimeout?: number
  readonly revision?: string
}

/** What every command that plans takes beside. */
export interface RunOptions extends StackOptions {
  readonly concurrency?: number
  readonly revision?: string
}

export const fileArgument = '[file]'
export const fileDescription = 'stack file; left out: the one *.stack.yaml or stack.yaml here'

export const filesArgument = '[files...]'
export const filesDescription =
  'stack files, and folders with *.stack.yaml or stack.yaml in them; left out: the one stack file here'

export function addStackOptions(command: Command): Command {
  return command
    .option(
      '--var <name=value>',
      'value of a variable, or name=@file; over EVENKEEL_VAR_name and --var-file; can be repeated',
      collectVariable,
    )
    .option('--var-file <file>', 'YAML or JSON file with values of variables; can be repeated', collect)
    .option('--target <target>', '`sandbox` or a region, in place of what the file says')
    .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
    .option('--no-color', 'no colour (or NO_COLOR=1)')
}

/** For commands that change the stack: one at a time does. */
export function addLockOption(command: Command): Command {
  return command.option(
    '--lock-timeout <duration>',
    'how long to wait for somebody who is changing the stack, e.g. `5m`; default: not at all',
    duration,
  )
}

export function addRunOptions(command: Command): Command {
  return addStackOptions(command)
    .option(
      '--concurrency <number>',
      'how many calls to EC2 and operations in servers may be in flight at once',
      positiveInteger,
    )
    .option('--revision <text>', 'what to record as the applied revision; default: the git commit')
}

/** What of the options says how the stack file is read. */
export function stackFileOptions({ var: commandLine, varFile: variableFiles, target }: StackOptions): StackFileOptions {
  return { commandLine, variableFiles, environment: givenVariables(), target }
}

/** What `--only` and `--replace` say of themselves in the help. */
export const onlyWords =
  'change this address alone, with what it needs: `server.web`, `server.web[0]`, `volume.data[*]`; can be repeated'
export const replaceWords = 'put another server or volume in the place of this one; can be repeated'

export const rebuildWords = 'make another version of this image; can be repeated'

/** Collects a repeatable option's values. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function collectVariable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('It is written name=value.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const

/** `90s`, `5m`, `1h`, `0` -> milliseconds. */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smh])?$/.exec(text) ?? []
  if (amount === undefined || (unit === undefined && amount !== '0')) {
    throw new InvalidArgumentError('It is written 90s, 5m or 1h.')
  }
  return Number(amount) * unitsMs[(unit ?? 's') as keyof typeof unitsMs]
}

function positiveInteger(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1.')
  return number
}
