import type { EventSink } from '../../executor/events.js'
import type { Locate } from '../../model/file-location.js'
import { jsonProgress } from './progress-json.js'
import { plainProgress } from './progress-plain.js'

/** How progress is shown: a live window on a terminal, lines in a log, JSON lines for programs. */
export type ProgressStyle = 'terminal' | 'plain' | 'json'

export interface Progress {
  readonly sink: EventSink
  /** Resolves when nothing more will be written. */
  close(): Promise<void>
}

export interface ProgressStreams {
  /** Gets JSON lines: they are the command's result. */
  readonly stdout: NodeJS.WriteStream
  /** Gets everything else. */
  readonly stderr: NodeJS.WriteStream
  readonly color: boolean
  /** Where the stack file speaks of what fails; for JSON lines. */
  readonly locate?: Locate | undefined
}

/** A sink for a run's events in the given style. What draws is loaded for a terminal alone. */
export async function createProgress(style: ProgressStyle, streams: ProgressStreams): Promise<Progress> {
  const { stdout, stderr } = streams
  switch (style) {
    case 'json':
      return { sink: jsonProgress((line) => stdout.write(line), streams.locate), close: () => Promise.resolve() }
    case 'plain':
      return { sink: plainProgress((line) => stderr.write(line)), close: () => Promise.resolve() }
    case 'terminal': {
      const { terminalProgress } = await import('./progress-terminal.js')
      return terminalProgress(stderr, streams.color)
    }
  }
}
