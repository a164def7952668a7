import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { messageOf, SpecError, UsageError } from '../../core/errors.js'
import { parseStack } from '../../spec/parse.js'
import { firstStackText, type FirstStack } from '../../spec/writing/first-stack.js'

/** What is taken where nothing else is said, for a file at `path`. */
export function usualFirstStack(path: string): FirstStack {
  const directory = basename(dirname(resolve(path)))
  const name = directory
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return { stack: name || 'first', target: 'sandbox', servers: 1, type: 't3.small', volume: 10, key: 'generated' }
}

/** Why a stack cannot be made of that, in a sentence; undefined where it can. */
export function mistakeInFirstStack(wanted: FirstStack): string | undefined {
  const result = parseStack({ file: 'stack.yaml', text: firstStackText(wanted), variables: {}, environment: {} })
  return result.ok ? undefined : (result.diagnostics[0]?.message ?? 'this cannot be')
}

/** Throws a UsageError where there is a file already. */
export function assertNothingAt(path: string): void {
  if (!existsSync(path)) return
  throw new UsageError('FILE_UNWRITABLE', `there is a file ${path} already, and it stays as it is`, {
    hint: 'name another one: `evenkeel init other.stack.yaml`',
  })
}

/** Writes a stack file where there is none. Throws a SpecError for what no stack can be made of, else a UsageError. */
export function writeFirstStack(path: string, wanted: FirstStack): void {
  const text = firstStackText(wanted)
  const result = parseStack({ file: path, text, variables: {}, environment: {} })
  if (!result.ok) throw new SpecError(result.diagnostics, result.total, result.isCut)
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    assertNothingAt(path)
    throw new UsageError('FILE_UNWRITABLE', `the file ${path} cannot be written: ${messageOf(error)}`, { cause: error })
  }
}
