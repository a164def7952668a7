import { describe, expect, it } from 'vitest'
import { drawnLineReader, lineReader } from '../../src/core/line-reader.js'

function linesOf(read: typeof lineReader, chunks: readonly (string | Buffer)[]): readonly string[] {
  const lines: string[] = []
  const reader = read((line) => lines.push(line))
  for (const chunk of chunks) reader.write(Buffer.from(chunk))
  reader.end()
  return lines
}

describe('lines that come in pieces', () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', '', 'b\n', '\nc'],
      ['ab', '', 'c'],
    ],
    [
      ['a\r', '\nb\rc\n'],
      ['a', 'b\rc'],
    ],
    [[Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1), '\n'], ['é']],
    [[], []],
  ])('%j', (chunks, lines) => expect(linesOf(lineReader, chunks)).toEqual(lines))

  it('end at carriage returns too where progress is drawn over, and are not empty then', () => {
    expect(linesOf(drawnLineReader, ['10%\r20', '%\r\r\n\n100%\nx'])).toEqual(['10%', '20%', '100%', 'x'])
  })

  it('are handed over in pieces where they never end', () => {
    const chunks = Array.from({ length: 100 }, () => 'x'.repeat(10_000))
    const lines = linesOf(lineReader, [...chunks, '\nlast'])
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100_000)
    expect(lines.join('')).toBe(`${chunks.join('')}last`)
    expect(lines.at(-1)).toBe('last')
  })
})
