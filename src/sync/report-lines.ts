import { drawnLineReader } from '../core/line-reader.js'
import { runChild, type ChildResult } from './child.js'

/** Takes a line of rsync's report; whether it was one. */
export type TakeLine = (line: string) => boolean

/** Runs a program whose standard output is rsync's report. */
export async function runWithLines(request: Parameters<typeof runChild>[0], take: TakeLine): Promise<ChildResult> {
  const lines = drawnLineReader((line) => void take(line))
  const result = await runChild(request, lines.write)
  lines.end()
  return result
}
