/**
 * Chosen: twice what rsync needs for the longest name there is. What never ends a line comes in pieces of some such length, and
 * does not fill the memory.
 */
const lineBytesMax = 64 * 1024

const lineFeed = 10
const carriageReturn = 13

export interface LineReader {
  write(chunk: Buffer): void
  /** Hands over what stands behind the last line end. */
  end(): void
}

/** Splits bytes that come in pieces at their line ends, and reads them as UTF-8. */
export function lineReader(onLine: (line: string) => void): LineReader {
  return reader((line) => onLine(line.replace(/\r$/, '')), nextLineFeed)
}

/** The same for what draws its progress over: a carriage return ends a line too, and empty lines are none. */
export function drawnLineReader(onLine: (line: string) => void): LineReader {
  return reader((line) => {
    if (line !== '') onLine(line)
  }, nextLineFeedOrReturn)
}

function reader(onLine: (line: string) => void, nextEnd: (bytes: Buffer, from: number) => number): LineReader {
  let held: Buffer[] = []
  let heldBytes = 0
  const hold = (bytes: Buffer) => {
    held.push(bytes)
    heldBytes += bytes.length
  }
  const emit = () => {
    const line = Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    onLine(line.toString('utf8'))
  }
  return {
    write(chunk) {
      let start = 0
      for (let end = nextEnd(chunk, 0); end >= 0; end = nextEnd(chunk, start)) {
        hold(chunk.subarray(start, end))
        emit()
        start = end + 1
      }
      if (start < chunk.length) hold(chunk.subarray(start))
      if (heldBytes > lineBytesMax) emit()
    },
    end() {
      if (heldBytes > 0) emit()
    },
  }
}

function nextLineFeed(bytes: Buffer, from: number): number {
  return bytes.indexOf(lineFeed, from)
}

function nextLineFeedOrReturn(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === lineFeed || bytes[at] === carriageReturn) return at
  }
  return -1
}
