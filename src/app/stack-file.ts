import { readdirSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { SpecError, UsageError } from '../core/errors.js'
import type { FileLocation, Locate } from '../model/file-location.js'
import { parseStack, type ParseInput } from '../spec/parse.js'
import type { SensitiveVariable } from '../spec/variables/variables.js'
import type { StackSpec } from '../model/stack-spec.js'
import { readBases, thisMachine, type BaseFiles } from './input/read-bases.js'
import { readCommandLine, readVariableFiles } from './input/variable-files.js'

export interface StackFile {
  /** As it is named to people. */
  readonly path: string
  /** Absolute; relative paths in the file begin here. */
  readonly directory: string
  /** There is no file: the stack was found by its tags, and is what they say. */
  readonly isFromTags?: true
  /** The files that it builds on, from its own base down, as they are named to people. */
  readonly bases: readonly string[]
  readonly spec: StackSpec
  /** Where the file speaks of an address. */
  readonly locate: Locate
  readonly locateVariable: (name: string) => FileLocation | undefined
  /** What was said of its variables, but of those that are sensitive. */
  readonly variables: Readonly<Record<string, string>>
  readonly sensitive: readonly SensitiveVariable[]
  /** Sentences for people about what may be a slip, and is no mistake. */
  readonly notices: readonly string[]
}

/** What is said of a stack file beside it. */
export interface StackFileOptions {
  /** Values of variables, over those of the files. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** The same as a command line has them: `@path` is what the file has; over all others, and never for sensitive ones as they stand. */
  readonly commandLine?: Readonly<Record<string, string>> | undefined
  /** YAML or JSON files with values of variables; a later one wins, and what a stack does not declare is none of its business. */
  readonly variableFiles?: readonly string[] | undefined
  /** Where `EVENKEEL_VAR_name` is looked for; left out: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Whether `variables` are all that counts for variables that are not sensitive: those of a saved plan. */
  readonly isSettled?: boolean
  /** `sandbox` or a region, in place of what the file says. */
  readonly target?: string | undefined
}

/**
 * Reads and checks a stack file; left out, the one in this directory. Throws a SpecError with every mistake in it. `files`: where
 * it and its bases are read, if not on this machine.
 */
export function readStackFile(
  argument: string | undefined,
  options: StackFileOptions = {},
  files: BaseFiles = thisMachine,
): StackFile {
  const input = stackInput(argument ?? findStackFile(process.cwd()), options, files)
  const result = parseStack(input)
  if (!result.ok) throw new SpecError(result.diagnostics, result.total, result.isCut)
  const { file: path, bases = [] } = input
  const { spec, locate, locateVariable } = result
  const { given, sensitive, notices } = result.variables
  return {
    path,
    directory: dirname(resolve(path)),
    bases: bases.flatMap((base) => ('file' in base ? base.file : [])),
    spec,
    locate,
    locateVariable,
    variables: given,
    sensitive,
    notices,
  }
}

/** Everything that a stack file is read with: its text, those that it builds on, and what was said of its variables. */
export function stackInput(
  path: string,
  {
    variables = {},
    commandLine = {},
    variableFiles = [],
    environment = process.env,
    isSettled,
    target,
  }: StackFileOptions = {},
  files: BaseFiles = thisMachine,
): ParseInput {
  const said = readCommandLine(commandLine)
  const text = files.read(path)
  return {
    file: path,
    text,
    bases: readBases(path, text, files),
    variables: { ...variables, ...said.variables },
    spoken: said.spoken,
    shared: readVariableFiles(variableFiles),
    environment,
    isSettled,
    target,
  }
}

/** Absolute, each once: where the files are that a stack is made of; none where there are none. */
export function directoriesOf({
  directory,
  bases,
  isFromTags,
}: Pick<StackFile, 'directory' | 'bases' | 'isFromTags'>): readonly string[] {
  if (isFromTags) return []
  return [...new Set([directory, ...bases.map((base) => dirname(resolve(base)))])]
}

/**
 * The one `*.stack.yaml` or `stack.yaml` in a directory, as a relative path.
 *
 * @internal exported for its test
 */
export function findStackFile(directory: string): string {
  const names = stackFilesIn(directory)
  const [first] = names
  if (first !== undefined && names.length === 1) return relative(process.cwd(), resolve(directory, first))
  if (first === undefined) {
    throw new UsageError('STACK_FILE_MISSING', 'there is no stack.yaml and no *.stack.yaml in this directory', {
      hint: 'name the stack file: `evenkeel plan path/to/stack.yaml`, or `-f path/to/stack.yaml` of commands that take addresses',
    })
  }
  throw new UsageError('STACK_FILE_MISSING', `there are several stack files here: ${names.join(', ')}`, {
    hint: `name the one that is meant: \`evenkeel plan ${first}\`, or \`-f ${first}\` of commands that take addresses`,
  })
}

/** The names of all stack files in a directory, sorted. */
export function stackFilesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /^(?:.+\.)?stack\.ya?ml$/.test(name))
    .sort()
}
