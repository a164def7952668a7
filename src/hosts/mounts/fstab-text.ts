import type { FstabLine } from '../../model/inside/host-facts.js'
import { swapPath } from '../../model/kinds/volume.js'
import { escapeOctal, unescapeOctal } from '../probe/octal.js'

/** One managed line, and the volume that it stands for. */
export interface ManagedLine extends FstabLine {
  readonly volumeId: string
  /** Sixth field: whether and when fsck runs at boot. */
  readonly pass: 0 | 2
}

/** The lines of an fstab that are not comments, in file order. */
export function parseFstab(text: string): readonly FstabLine[] {
  return text.split('\n').flatMap((line) => {
    const parsed = parseLine(line)
    return parsed ? [parsed] : []
  })
}

/**
 * The text with the managed line in it: in place of the volume's older one (or of somebody's line for the same UUID and
 * path), else at the end. A managed line of another volume with its mount point, left of an older run, goes. All other lines are kept byte for byte. The line is known by the comment above it, which
 * names volume and UUID, since fstab has no comments behind a line.
 */
export function writeManagedLine(text: string, managed: ManagedLine): string {
  const lines = text.split('\n')
  for (const span of staleSpans(lines, managed)) lines.splice(span.start, span.length)
  const wanted = [markOf(managed.volumeId, managed.source), formatLine(managed)]
  const [first, ...others] = spansOf(lines, managed.volumeId)
  const own = first ?? spanOfEqual(lines, managed)
  for (const span of others.reverse()) lines.splice(span.start, span.length)
  if (own) lines.splice(own.start, own.length, ...wanted)
  // A file that ends in a newline has an empty last element: the new line goes before it.
  else if (lines.at(-1) === '') lines.splice(-1, 0, ...wanted)
  else lines.push(...wanted)
  return lines.join('\n')
}

/** The text without the volume's managed line and its comment; equal to `text` when there is none. */
export function removeManagedLine(text: string, volumeId: string): string {
  const lines = text.split('\n')
  for (const span of [...spansOf(lines, volumeId)].reverse()) lines.splice(span.start, span.length)
  return lines.join('\n')
}

/** The lines that `removeManagedLine` takes out, in file order. */
export function managedLinesOf(text: string, volumeId: string): readonly string[] {
  const lines = text.split('\n')
  return spansOf(lines, volumeId).flatMap(({ start, length }) => lines.slice(start, start + length))
}

/** The text with lines that were taken out of it at its end. */
export function putLinesBack(text: string, taken: readonly string[]): string {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.splice(-1, 0, ...taken)
  else lines.push(...taken)
  return lines.join('\n')
}

/** Somebody else's line for the same mount point, which would mount over ours at the next boot; as written. */
export function conflictingLine(text: string, managed: ManagedLine): string | undefined {
  const lines = text.split('\n')
  const managedAt = new Set(lines.flatMap((line, at) => (isManaged(lines, at) && parseLine(line) ? [at] : [])))
  return lines.find((line, at) => {
    const parsed = parseLine(line)
    // Swap areas have no mount point to share.
    return (
      managed.path !== swapPath &&
      parsed?.path === managed.path &&
      parsed.source !== managed.source &&
      !managedAt.has(at)
    )
  })
}

const markPattern = /^# evenkeel (vol-[0-9a-f]+) (\S+)\r?$/

function markOf(volumeId: string, source: string): string {
  return `# evenkeel ${volumeId} ${escapeOctal(source)}`
}

function formatLine(line: ManagedLine): string {
  const fields = [line.source, line.path, line.fstype, line.options].map((field) => escapeOctal(field))
  return `${fields.join('\t')}\t0\t${line.pass}`
}

function parseLine(line: string): FstabLine | undefined {
  const fields = line.replace(/^[ \t]+|[ \t\r]+$/g, '').split(/[ \t]+/)
  const [source = '', path, fstype = 'auto', options = 'defaults'] = fields
  if (source === '' || source.startsWith('#') || path === undefined) return undefined
  return {
    source: unescapeOctal(source),
    path: unescapeOctal(path),
    fstype: unescapeOctal(fstype),
    options: unescapeOctal(options),
  }
}

interface Span {
  readonly start: number
  readonly length: number
}

/** Where the volume's marks stand; the line below belongs to a mark only while it has the mark's source. */
function spansOf(lines: readonly string[], volumeId: string): readonly Span[] {
  return lines.flatMap((line, start) => {
    if (markPattern.exec(line)?.[1] !== volumeId) return []
    return [{ start, length: isManaged(lines, start + 1) ? 2 : 1 }]
  })
}

/** Of other volumes with its mount point, from behind. */
function staleSpans(lines: readonly string[], { volumeId, path }: ManagedLine): readonly Span[] {
  if (path === swapPath) return []
  const stale = lines.flatMap((line, at) =>
    isManaged(lines, at) && parseLine(line)?.path === path && markPattern.exec(lines[at - 1] ?? '')?.[1] !== volumeId
      ? [{ start: at - 1, length: 2 }]
      : [],
  )
  return stale.reverse()
}

function isManaged(lines: readonly string[], at: number): boolean {
  const source = markPattern.exec(lines[at - 1] ?? '')?.[2]
  return source !== undefined && parseLine(lines[at] ?? '')?.source === unescapeOctal(source)
}

function spanOfEqual(lines: readonly string[], managed: ManagedLine): Span | undefined {
  const start = lines.findIndex((line, at) => {
    const parsed = parseLine(line)
    return parsed?.source === managed.source && parsed.path === managed.path && !isManaged(lines, at)
  })
  return start < 0 ? undefined : { start, length: 1 }
}
