import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SpecError, UsageError } from '../../core/errors.js'
import { readText } from '../../app/input/read-text.js'
import { diagnosticsOf, type Diagnosis } from '../../spec/diagnostics.js'
import { problemList } from '../../spec/problem-list.js'
import type { Problem } from '../../spec/problem.js'
import { checkShapeOf, type Shape } from '../../spec/shape/shape-problems.js'
import { linesOf } from '../../spec/yaml/code-frame.js'
import { sizeOfText } from '../../spec/yaml/text-size.js'
import { readDocument, type StackDocument } from '../../spec/yaml/yaml-document.js'
import type { FleetSpec } from '../types.js'
import { fleetOf, type FileKind } from './build-fleet.js'
import { expectations, knownKeys, mistakesMax, validateShape } from './validate-fleet.generated.js'
import { writtenSecrets } from './written-secrets.js'

/** Chosen: a fleet's file is read by people; a thousand overrides have a tenth of it. */
const bytesMax = 1024 * 1024

/**
 * Reads and checks a fleet's file; left out: `fleet.yaml` in this directory. Throws a SpecError with every mistake in it, each at
 * its place, and a UsageError for what cannot be read.
 */
export function readFleet(path?: string): FleetSpec {
  const file = path ?? 'fleet.yaml'
  if (path === undefined && !existsSync(file)) {
    throw new UsageError('FLEET_FILE_MISSING', 'there is no fleet.yaml in this directory', {
      hint: 'name the fleet’s file, or write one: docs/fleet.md shows the form',
    })
  }
  const parsed = parseFleet(file, readText(file, bytesMax), resolve(file), kindOfFile)
  if ('diagnostics' in parsed) throw new SpecError(parsed.diagnostics, parsed.total, parsed.isCut)
  return parsed
}

/**
 * What a fleet's file says, or the mistakes in it, in its order. `file` is as it is named to people; `kindOf` tells what stands at
 * the paths that it names.
 *
 * @internal exported for its test
 */
export function parseFleet(
  file: string,
  text: string,
  path: string,
  kindOf: (path: string) => FileKind,
): FleetSpec | Diagnosis {
  const { tooManyFrom } = sizeOfText(text)
  if (tooManyFrom !== undefined) {
    throw new UsageError(
      'STACK_FILE_TOO_LARGE',
      `the file ${file} has more parts than any fleet’s file, and it goes on`,
    )
  }
  const document = readDocument(text)
  const secrets = writtenSecrets(document.value)
  const source = { file, document, lines: linesOf(withoutSecrets(text, document, secrets)) }
  const { problems, report, within } = problemList()
  const fleet = within(() => {
    // After a mistake of syntax the rest is guesswork.
    if (document.syntax.some(({ isRecoverable }) => !isRecoverable)) return undefined
    for (const { path: place, problem } of secrets) {
      report(problem)
      forget(document.value, place)
    }
    const shape = checkShapeOf(fleetFile, document.value, report)
    return shape && fleetOf(shape, { path, directory: dirname(path), kindOf }, report)
  })
  if (fleet && problems.length === 0 && document.syntax.length === 0) return fleet
  const place = (problem: Problem) => ({ source, span: document.spanOf(problem.path, problem.at) })
  return diagnosticsOf({ files: [source], ownerOf: () => source, placeOf: place }, problems)
}

const fleetFile: Shape = {
  what: 'the fleet’s file',
  beginning: '`evenkeel: 1` and `fleet: <name>`',
  validate: validateShape,
  expectations,
  knownKeys,
  mistakesMax,
  rootHints: {
    evenkeel: 'start the file with `evenkeel: 1`',
    fleet: 'begin it with `fleet: <name>`',
    stacks: 'say where stack files are: stacks: [{ files: ["stacks/**/*.stack.yaml"] }]',
  },
  meantKey: (key, known) => {
    const meant = Object.hasOwn(meantKeys, key) ? meantKeys[key] : undefined
    return meant !== undefined && known.includes(meant) ? meant : undefined
  },
  memberHint: (path, key) =>
    path.length === 0 && key === 'stack' ? 'a stack’s file is no fleet’s file: it is named below `stacks`' : undefined,
  valueHint: (path, value) =>
    path.at(-1) === 'every' && typeof value === 'string'
      ? 'what no such word says is said by { cron: "H/20 * * * *" }'
      : undefined,
}

/** Words of others for the same. */
const meantKeys: Readonly<Record<string, string>> = {
  path: 'files',
  paths: 'files',
  repository: 'git',
  url: 'git',
  ref: 'branch',
  vars: 'variables',
  varFiles: 'variableFiles',
  schedule: 'drift',
  policy: 'checks',
  events: 'on',
  exec: 'command',
  concurrency: 'atOnce',
  max: 'atOnce',
}

function kindOfFile(path: string): FileKind {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'absent' : found.isDirectory() ? 'directory' : 'file'
}

/** The same text, as long, with nothing to read where secrets stand. */
function withoutSecrets(text: string, document: StackDocument, secrets: ReturnType<typeof writtenSecrets>): string {
  let shown = text.replaceAll(/(?<=:\/\/)[^/?#@\s"']+(?=@)/g, hidden)
  for (const { path } of secrets) {
    const start = document.spanOf(path, 'value').start
    const end = Math.max(document.endOf(path), start)
    shown = shown.slice(0, start) + shown.slice(start, end).replaceAll(/[^\r\n]+/g, hidden) + shown.slice(end)
  }
  return shown
}

function hidden(secret: string): string {
  return '*'.repeat(secret.length)
}

/** What was told is not told again. */
function forget(root: unknown, path: readonly (string | number)[]): void {
  let container = root
  for (const step of path.slice(0, -1)) container = (container as Readonly<Record<string | number, unknown>>)[step]
  const key = path.at(-1)
  if (key !== undefined) (container as Record<string | number, unknown>)[key] = undefined
}
