/** Splits at line ends and at the carriage returns with which progress is drawn over. Names are read as UTF-8. */
export function lineReader(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  let rest: Buffer = Buffer.alloc(0)
  const emit = (bytes: Buffer) => {
    if (bytes.length > 0) onLine(bytes.toString('utf8'))
  }
  return {
    write(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let at = 0; at < rest.length; at += 1) {
        if (rest[at] !== 10 && rest[at] !== 13) continue
        emit(rest.subarray(start, at))
        start = at + 1
      }
      rest = rest.subarray(start)
    },
    end: () => emit(rest),
  }
}
