import type { Address } from '../model/address.js'
import { nowhere, type FileLocation, type Locate } from '../model/file-location.js'
import type { Colors } from './colors.js'
import { legibleData } from './legible.js'
import { frameLines } from './frame-lines.js'

/** The lines that show where the file speaks of an address; none where it does not. */
export type PlaceLines = (about: {
  readonly address: Address | undefined
  readonly path?: readonly (string | number)[]
}) => readonly string[]

/** Tells places as `file:line:column` over the lines of the file there, which are shown the first time a place is told alone. */
export function placesIn(locate: Locate = nowhere, colors: Colors): PlaceLines {
  const shown = new Set<string>()
  return ({ address, path }) => {
    const location = address === undefined ? undefined : locate(address, path)
    if (!location) return []
    const { file, line, column, frame } = legibleData(location)
    const position = `${colors.cyan(file)}:${colors.yellow(line)}:${colors.yellow(column)}`
    const key = `${line}:${column}`
    if (shown.has(key)) return [position]
    shown.add(key)
    return [position, ...frameLines(frame, colors)]
  }
}

/** A place as JSON tells it. */
export function positionIn({ file, line, column }: FileLocation): Omit<FileLocation, 'frame'> {
  return { file, line, column }
}
