import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/errors.js'
import { stateDirectory } from './private-directory.js'

/** Of each stack so many are kept, the newest; chosen: some weeks of applies, and a few megabytes. */
const journalsKept = 50

/** Chosen: a command that prints without end must not fill this machine's disk. */
const journalBytesMax = 64 * 1024 * 1024

/** What a run has done, as lines beside what it shows; nothing depends on it. */
export interface RunJournal {
  /** Adds a line. Never throws: a full disk ends the journal, and not the run. */
  write(line: string): void
}

/**
 * The journal of a run below `$XDG_STATE_HOME/evenkeel/runs/`, a JSON object a line, for its owner alone. The first failure to
 * write it is told once.
 */
export function openRunJournal(
  { stack, run }: { readonly stack: string; readonly run: string },
  onFailure: (text: string) => void,
): RunJournal {
  let path: string | undefined
  let hasFailed = false
  let room = journalBytesMax
  return {
    write(line) {
      if (hasFailed) return
      try {
        path ??= join(directoryOf(stack), `${run}.jsonl`)
        room -= Buffer.byteLength(line)
        if (room < 0) throw new Error(`it has ${journalBytesMax / 1024 / 1024} MiB, which is as long as one gets`)
        appendFileSync(path, line, { mode: 0o600 })
      } catch (error) {
        hasFailed = true
        onFailure(`The journal of this run cannot be written (${messageOf(error)}); the run goes on without.`)
      }
    },
  }
}

/** Makes it, with room for one journal more. */
function directoryOf(stack: string): string {
  const directory = join(stateDirectory(), 'runs', stack)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  dropOldest(directory)
  return directory
}

function dropOldest(directory: string): void {
  const journals = readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(directory, name))
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((left, right) => right.at - left.at)
  for (const { path } of journals.slice(journalsKept - 1)) rmSync(path, { force: true })
}
