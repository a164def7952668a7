import { PassThrough, Writable } from 'node:stream'
import { createColors } from 'picocolors'
import type { Session } from '../../app/session.js'
import { addressesToEnter, runOnServers, type ManyEnd } from '../../app/servers/run-on-servers.js'
import { EvenkeelError, messageOf } from '../../core/errors.js'
import { lineReader } from '../../core/line-reader.js'
import type { ExecStreams } from '../../executor/ports.js'
import { errorParagraph } from '../../report/error-text.js'
import { legible } from '../../report/legible.js'
import { exitCodes } from '../../core/exit-codes.js'
import { onInterrupt } from '../interruption.js'
import { useColor } from '../terminal.js'

/**
 * Runs a command on several servers at once; each line of theirs goes to the same stream here, behind the server's name. What
 * comes in here goes to all of them, unless it is a terminal. Resolves with the highest exit status, where one that could not
 * be entered counts 1.
 */
export async function runOnMany(session: Session, names: readonly string[], argv: readonly string[]): Promise<number> {
  const addresses = addressesToEnter(names, session)
  const { stdin, stdout, stderr } = process
  const controller = new AbortController()
  const release = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
  })
  const labels = labelsOf(addresses)
  const inputs = new Map<string, PassThrough>()
  if (!stdin.isTTY) {
    stdin.setMaxListeners(0)
    for (const address of addresses) inputs.set(address, stdin.pipe(new PassThrough()))
  }
  const outputs = new Map(addresses.map((address) => [address, outputsOf(labels.get(address) ?? plainLabel(address))]))
  const streamsOf = (address: string): ExecStreams => ({
    stdin: inputs.get(address),
    ...(outputs.get(address) ?? { stdout, stderr }),
    interrupt: controller.signal,
  })
  const closing: Promise<void>[] = []
  const onEnd = (end: ManyEnd) => {
    const input = inputs.get(end.address)
    // Who takes no more would keep the others waiting for theirs.
    if (input) stdin.unpipe(input)
    closing.push(closed(outputs.get(end.address), endText(end)))
  }
  try {
    const ends = await runOnServers(session, addresses, argv, streamsOf, onEnd)
    await Promise.all(closing)
    return Math.max(...ends.map((end) => (end.kind === 'ran' ? end.exitCode : exitCodes.failure)))
  } finally {
    if (inputs.size > 0) stdin.pause()
    release()
  }
}

function endText(end: ManyEnd): string {
  if (end.kind === 'ran') return end.exitCode === 0 ? '' : `exit status ${end.exitCode}\n`
  const { error } = end
  return `evenkeel: ${error instanceof EvenkeelError ? errorParagraph(error) : messageOf(error)}\n`
}

interface Label {
  readonly text: string
  readonly color: (typeof palette)[number]
}

/** As many as can be told apart, and none of them that means an error. */
const palette = ['cyan', 'yellow', 'green', 'magenta', 'blue'] as const

function plainLabel(text: string): Label {
  return { text, color: 'cyan' }
}

/** `web[0]`, all of one width. */
function labelsOf(addresses: readonly string[]): ReadonlyMap<string, Label> {
  const names = addresses.map((address) => address.replace(/^server\./, ''))
  const width = Math.max(...names.map(({ length }) => length))
  return new Map(
    addresses.map((address, index) => [
      address,
      { text: (names[index] ?? '').padEnd(width), color: palette[index % palette.length] ?? 'cyan' },
    ]),
  )
}

function outputsOf(label: Label): { readonly stdout: Writable; readonly stderr: Writable } {
  return { stdout: prefixed(process.stdout, label), stderr: prefixed(process.stderr, label) }
}

/** Writes what is left of both, and behind it the last words. */
async function closed(outputs: ReturnType<typeof outputsOf> | undefined, lastWords: string): Promise<void> {
  if (outputs === undefined) return
  const { stdout, stderr } = outputs
  const ended = (stream: Writable, text: string) =>
    new Promise<void>((resolve) => {
      if (stream.destroyed) resolve()
      else stream.once('close', resolve).end(text)
    })
  await ended(stdout, '')
  await ended(stderr, lastWords)
}

/** Takes bytes and writes them to the stream in whole lines behind a label; fails as soon as the stream takes no more. */
function prefixed(stream: NodeJS.WriteStream, { text, color }: Label): Writable {
  const prefix = createColors(useColor(stream))[color](`${text} |`)
  let lines = ''
  const reader = lineReader((line) => (lines += `${prefix} ${legible(line)}\n`))
  const flush = (done: (error?: Error | null) => void) => {
    const ready = lines
    lines = ''
    if (ready === '') done()
    else stream.write(ready, done)
  }
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      reader.write(chunk)
      flush(done)
    },
    final(done) {
      reader.end()
      flush(done)
    },
  })
  // Whoever writes here hears of it as well; what cannot be said on standard error is not said.
  return writable.on('error', () => undefined)
}
