import type { CopyFigures } from '../executor/ports.js'

/** How rsync is asked to report each entry: what happens to it, permissions, size, time, name, and where a link leads. */
export const outputFormat = '%i %B %l %M %n%L'

/** One line of rsync's report. */
export interface Entry {
  /** Eleven characters; see "--itemize-changes" in rsync(1). */
  readonly change: string
  readonly permissions: string
  readonly bytes: number
  readonly time: string
  /** Below the destination; a directory's ends in a slash. Bytes as latin1 where they are no UTF-8. */
  readonly name: string
  /** ` -> target` of a symbolic link, else empty. */
  readonly link: string
}

const linePattern =
  /^([<>ch.*][fdLDS][^ ]{9}|\*deleting {2,3}) +(\S{9,11}) (\d+) (\d{4}\/\d\d\/\d\d-\d\d:\d\d:\d\d) (.*)$/s

/** One line of the report, or undefined for anything else that rsync prints. */
export function parseEntry(line: string): Entry | undefined {
  const match = linePattern.exec(line)
  if (!match) return undefined
  const [, change = '', permissions = '', bytes = '', time = '', rest = ''] = match
  const arrow = change[1] === 'L' ? rest.indexOf(' -> ') : -1
  return {
    change: change.trim(),
    permissions,
    bytes: Number(bytes),
    time,
    name: decodeName(arrow < 0 ? rest : rest.slice(0, arrow)),
    link: arrow < 0 ? '' : rest.slice(arrow),
  }
}

/** rsync writes what cannot be printed as `\#012`, also a backslash that would look like one. */
function decodeName(text: string): string {
  if (!text.includes('\\#')) return text
  return text.replaceAll(/\\#([0-7]{3})/g, (_match, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}

/** Chosen: so many names are shown. */
const sampleMax = 10

/**
 * Adds up a report. Directories count only where nothing in them does (empty ones that come or go), or where owner or
 * mode change; their times, and everything of the top directory, do not count. With `ignoresTimes`, those of files do not either.
 */
export class FiguresBuilder {
  readonly #created: Entry[] = []
  readonly #deleted: Entry[] = []
  #filesChanged = 0
  #bytes = 0
  readonly #changedSample: string[] = []
  readonly #ignoresTimes: boolean
  /** Whether owner or mode of the top directory differ. */
  topDiffers = false

  constructor({ ignoresTimes = false }: { readonly ignoresTimes?: boolean } = {}) {
    this.#ignoresTimes = ignoresTimes
  }

  add(entry: Entry): void {
    const { change, name } = entry
    if (change.startsWith('*deleting')) {
      this.#deleted.push(entry)
      return
    }
    if (name === './') {
      this.topDiffers ||= isAttributeChange(change)
      return
    }
    const isNew = change.endsWith('+++++++++')
    if ((change[0] === '<' || change[0] === '>') && change[1] === 'f') this.#bytes += entry.bytes
    if (isNew) this.#created.push(entry)
    else if (this.#counts(change)) {
      this.#filesChanged += 1
      if (this.#changedSample.length < sampleMax) this.#changedSample.push(name)
    }
  }

  #counts(change: string): boolean {
    const isWithoutTime = change[1] === 'd' || (this.#ignoresTimes && change.startsWith('.'))
    return isWithoutTime ? isAttributeChange(change) : /[^.]/.test(change.slice(2))
  }

  figures(): CopyFigures {
    const created = withoutFilledDirectories(this.#created)
    const deleted = withoutFilledDirectories(this.#deleted)
    const sample = [
      ...created.slice(0, sampleMax).map((name) => `+ ${name}`),
      ...this.#changedSample.map((name) => `~ ${name}`),
      ...deleted.slice(0, sampleMax).map((name) => `- ${name}`),
    ]
    return {
      filesCreated: created.length,
      filesChanged: this.#filesChanged,
      filesDeleted: deleted.length,
      bytes: this.#bytes,
      sample: sample.slice(0, sampleMax),
    }
  }
}

/** `.d..t......` is a directory in which a file came or went: no news. */
function isAttributeChange(change: string): boolean {
  return /[^.t]/.test(change.slice(2))
}

function withoutFilledDirectories(entries: readonly Entry[]): readonly string[] {
  const parents = new Set(entries.map(({ name }) => parentOf(name)))
  return entries.map(({ name }) => name).filter((name) => !name.endsWith('/') || !parents.has(name))
}

function parentOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/', name.length - 2) + 1)
}
