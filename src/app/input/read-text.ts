import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { messageOf, UsageError } from '../../core/errors.js'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not read it',
}

/** A stack file of 10,000 servers has 5 MiB. */
export const stackFileBytesMax = 16 * 1024 * 1024

/** What a shell hands over: `<(…)` and standard input. A pipe with a name of its own may have nobody at its other end. */
const inherited = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/(?:self|\d+)\/fd\/\d+)$/

/**
 * The text of a file that was named on the command line. One that is too large is refused before it is read, and what is no
 * file before it is opened.
 */
export function readText(path: string, bytesMax: number = stackFileBytesMax): string {
  assertReadable(path)
  const file = attempt(path, () => openSync(path, 'r'))
  try {
    const { size } = fstatSync(file)
    if (size > bytesMax) throw tooLarge(path, `${size} bytes`, bytesMax)
    return attempt(path, () => readAll(path, file, bytesMax))
  } finally {
    closeSync(file)
  }
}

function assertReadable(path: string): void {
  const found = attempt(path, () => statSync(path))
  if (found.isFile() || found.isDirectory() || (found.isFIFO() && inherited.test(path))) return
  const what = found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device'
  const options = { hint: 'name a file, or let the shell hand it over: <(command)' }
  throw new UsageError('STACK_FILE_UNREADABLE', `the file ${path} cannot be read: it is ${what}`, options)
}

/** All of standard input, which may be a socket: those open by no name. */
export async function readStandardInput(): Promise<string> {
  const [name, bytesMax] = ['standard input', stackFileBytesMax]
  const chunks: Buffer[] = []
  let read = 0
  for await (const chunk of process.stdin) {
    read += (chunk as Buffer).length
    if (read > bytesMax) throw tooLarge(name, 'more', bytesMax)
    chunks.push(chunk as Buffer)
  }
  return textOf(name, Buffer.concat(chunks))
}

/** What is no regular file, such as a pipe, has no size: it is read as far as a file may go. */
function readAll(path: string, file: number, bytesMax: number): string {
  const chunks: Buffer[] = []
  for (let read = 0; ;) {
    const chunk = Buffer.allocUnsafe(64 * 1024)
    const bytes = readSync(file, chunk)
    if (bytes === 0) return textOf(path, Buffer.concat(chunks))
    read += bytes
    if (read > bytesMax) throw tooLarge(path, 'more', bytesMax)
    chunks.push(chunk.subarray(0, bytes))
  }
}

/** Letters of another encoding would reach servers and tags as question marks. */
function textOf(path: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const isUtf16 = bytes.length >= 2 && ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2))
  const what = isUtf16 ? 'it is UTF-16, and not UTF-8' : `line ${lineOfMistake(bytes)} is not UTF-8`
  throw new UsageError('STACK_FILE_UNREADABLE', `the file ${path} cannot be read: ${what}`, {
    hint: isUtf16 ? 'save it as UTF-8' : 'save it as UTF-8, if it is a text',
  })
}

const lineFeed = 10

/** The first line that is no UTF-8; no byte of a longer character is a line end. Halves what is looked at: there may be millions of lines. */
function lineOfMistake(bytes: Buffer): number {
  let start = 0
  let line = 1
  for (let end = bytes.length; ;) {
    const middle = bytes.lastIndexOf(lineFeed, (start + end) >> 1) + 1
    const next = middle > start ? middle : bytes.indexOf(lineFeed, start) + 1
    if (next <= start || next >= end) return line
    const part = bytes.subarray(start, next)
    if (isUtf8(part)) {
      line += lineFeedsIn(part)
      start = next
    } else end = next
  }
}

function lineFeedsIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count += 1
  return count
}

function tooLarge(path: string, size: string, bytesMax: number): UsageError {
  return new UsageError(
    'STACK_FILE_TOO_LARGE',
    `the file ${path} has ${size}: at most ${bytesMax / 1024 / 1024} MiB (${bytesMax} bytes) are read`,
    {
      hint: 'is this the right file? A stack of 10,000 servers fits into 5 MiB; make several stacks of a larger one',
    },
  )
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw error instanceof UsageError ? error : unreadableFile(path, error)
  }
}

/** The error of a file named on the command line. */
function unreadableFile(path: string, error: unknown): UsageError {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error)
  return new UsageError('STACK_FILE_UNREADABLE', `the file ${path} cannot be read: ${reason}`, { cause: error })
}
