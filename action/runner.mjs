/** What a runner of GitHub Actions reads: workflow commands, the job's summary, outputs. */
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'

/** From here on the runner shows `***` in its place. */
export function mask(secret) {
  process.stdout.write(`::add-mask::${escaped(secret)}\n`)
}

/** A line at the top of the run: `error`, `warning` or `notice`. */
export function notify(level, message) {
  process.stdout.write(`::${level}::${escaped(message)}\n`)
}

/** Prints what others wrote into a log that takes lines with `::` for commands: from here to `end` it does not. */
export function beginInert() {
  const token = randomUUID()
  process.stdout.write(`::stop-commands::${token}\n`)
  return {
    print: (text) => process.stdout.write(text),
    end: () => process.stdout.write(`\n::${token}::\n`),
  }
}

export function printInert(text) {
  const inert = beginInert()
  inert.print(text)
  inert.end()
}

/** Markdown for the page of the run. GitHub takes one MiB of it. */
export function summarize(markdown) {
  const file = process.env['GITHUB_STEP_SUMMARY']
  if (file) appendFileSync(file, `${markdown.trimEnd()}\n\n`)
}

/** An output of the step. */
export function setOutput(name, value) {
  const file = process.env['GITHUB_OUTPUT']
  if (!file) return
  const end = randomUUID()
  appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`)
}

function escaped(text) {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
