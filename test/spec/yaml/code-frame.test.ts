import { describe, expect, it } from 'vitest'
import { codeFrame, linesOf } from '../../../src/spec/yaml/code-frame.js'

describe('codeFrame', () => {
  it('shows the line before and the line after', () => {
    expect(codeFrame(linesOf('a\nbcd\ne\nf\n'), 2, 2, 2)).toBe('  1 | a\n> 2 | bcd\n    |  ^^\n  3 | e')
  })

  it('ends where the text ends', () => {
    expect(codeFrame(linesOf('a\nb\n'), 2, 1, 1)).toBe('  1 | a\n> 2 | b\n    | ^')
  })

  it('keeps tabs, so that the caret stands under them', () => {
    expect(codeFrame(['\ta: b'], 1, 2, 1)).toBe('> 1 | \ta: b\n    | \t^')
  })

  it('shows one caret at the end of a line', () => {
    expect(codeFrame(['ab'], 1, 3, 9)).toBe('> 1 | ab\n    |   ^')
  })

  it('lines up numbers of different width', () => {
    expect(
      codeFrame(
        Array.from({ length: 10 }, () => 'x'),
        9,
        1,
        1,
      ),
    ).toBe('   8 | x\n>  9 | x\n     | ^\n  10 | x')
  })

  it('shows the part of a long line that the mistake is in', () => {
    const frame = codeFrame([`${'a'.repeat(1000)}X${'b'.repeat(1000)}`], 1, 1001, 1)
    const [line = '', carets = ''] = frame.split('\n')
    expect(line.length).toBeLessThan(170)
    expect(line[carets.indexOf('^')]).toBe('X')
  })
})
