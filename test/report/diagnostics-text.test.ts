import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/core/errors.js'
import { formatDiagnostics } from '../../src/report/diagnostics-text.js'

const inFile: Diagnostic = {
  code: 'SPEC_UNKNOWN_KEY',
  message: 'unknown key `fstyp` in volumes.music',
  file: 'stack.yaml',
  line: 12,
  column: 5,
  frame: '  11 |   music:\n> 12 |     fstyp: ext4\n     |     ^^^^^\n  13 |     size: 1',
  hint: 'did you mean `fstype`?',
}
const onCommandLine: Diagnostic = {
  code: 'SPEC_UNKNOWN_VARIABLE',
  message: 'the stack file declares no variable `sise`',
  file: '--var',
  line: 1,
  column: 1,
}

describe('formatDiagnostics', () => {
  it('shows place, code, message, frame, hint and a count', () => {
    expect(formatDiagnostics([inFile], { color: false })).toBe(
      [
        'stack.yaml:12:5  error SPEC_UNKNOWN_KEY  unknown key `fstyp` in volumes.music',
        '    11 |   music:',
        '  > 12 |     fstyp: ext4',
        '       |     ^^^^^',
        '    13 |     size: 1',
        '  hint: did you mean `fstype`?',
        '',
        '1 mistake in stack.yaml',
      ].join('\n'),
    )
  })

  it('says where more were found than are shown, and where nobody looked for others', () => {
    const options = { color: false, total: 2_005, isCut: true }
    expect(formatDiagnostics([inFile], options).split('\n').at(-1)).toBe(
      '2005 mistakes in stack.yaml, and the rest was not looked at; the first 1 are shown',
    )
  })

  it('shows no line of what stands in no file', () => {
    expect(formatDiagnostics([onCommandLine, inFile], { color: false })).toMatch(
      /^--var {2}error SPEC_UNKNOWN_VARIABLE {2}.*\n\nstack[^]*\n\n2 mistakes in stack\.yaml$/,
    )
  })

  it('is empty for none', () => {
    expect(formatDiagnostics([], { color: true })).toBe('')
  })

  it('says the same in colour', () => {
    const colored = formatDiagnostics([inFile, onCommandLine], { color: true })
    // eslint-disable-next-line no-control-regex
    const plain = colored.replaceAll(/\u001b\[\d+m/g, '')
    expect(colored).not.toBe(plain)
    expect(plain).toBe(formatDiagnostics([inFile, onCommandLine], { color: false }))
  })

  it('counts those that are not shown', () => {
    const one = { code: 'SPEC_SYNTAX', message: 'm', file: 'stack.yaml', line: 1, column: 1, frame: '> 1 | x' } as const
    expect(formatDiagnostics([one], { color: false, total: 150 })).toMatch(
      /\n150 mistakes in stack\.yaml; the first 1 are shown$/,
    )
  })
})
