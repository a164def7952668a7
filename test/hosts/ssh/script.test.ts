import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shellCommand, shellWord } from '../../../src/core/shell-words.js'
import { commandText, scriptText } from '../../../src/hosts/ssh/script.js'

/** Any text that a program's arguments can hold: no NUL, and no half of a surrogate pair. */
const word = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text.replaceAll('\0', '')).toString()),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '\n', '$', '`', ' ', '!', '#', '~', '*', '=', '-', 'a', 'é', '☃'),
  }),
)

function runShell(input: { readonly command: string } | { readonly script: string }): string {
  const [args, stdin] = 'command' in input ? [['-c', input.command], ''] : [['-s'], input.script]
  const { stdout, stderr, status } = spawnSync('sh', args, { input: stdin, encoding: 'utf8' })
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`)
  return stdout
}

describe('words of a shell command', () => {
  test('any text arrives as it is', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(runShell({ command: shellCommand(['printf', '%s\\0', ...words]) })).toBe(
          words.map((text) => `${text}\0`).join(''),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('the first word is never an assignment', () => {
    expect(shellCommand(['A=b', 'x=y'])).toBe("'A=b' x=y")
  })

  test('plain words stay readable, and the empty one is there', () => {
    expect(['/dev/nvme1n1', 'a-b_c.d', '', 'a b', "it's"].map(shellWord)).toEqual([
      '/dev/nvme1n1',
      'a-b_c.d',
      "''",
      "'a b'",
      String.raw`'it'\''s'`,
    ])
  })

  test('NUL is refused', () => expect(() => shellWord('a\0b')).toThrow('NUL'))
})

describe('scripts on standard input', () => {
  test('arguments arrive as they are, whatever they look like', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), (args) => {
        const script = scriptText('for argument; do printf "%s\\0" "$argument"; done', ['first', ...args])
        expect(runShell({ script })).toBe(['first', ...args].map((text) => `${text}\0`).join(''))
      }),
      { numRuns: 40 },
    )
  })

  test('a command that reads standard input does not eat the script', () => {
    expect(runShell({ script: scriptText('cat\necho after\nhead -n 1\necho end', []) })).toBe('after\nend\n')
    expect(runShell({ script: commandText('cat; echo after\ncat') })).toBe('after\n')
  })

  test('the exit status of a command is the one of the script', () => {
    for (const command of ['exit 3', '(exit 3)', 'false || sh -c "exit 3"']) {
      expect(spawnSync('sh', ['-s'], { input: commandText(command) }).status).toBe(3)
    }
    expect(spawnSync('sh', ['-s'], { input: scriptText('exit 4', []) }).status).toBe(4)
  })

  test('a command may end in a comment, a backslash or a here-document', () => {
    expect(runShell({ script: commandText('echo a # b') })).toBe('a\n')
    expect(runShell({ script: commandText('cat <<X\nin $((1 + 1))\nX') })).toBe('in 2\n')
    expect(runShell({ script: commandText('echo a \\') })).toBe(runShell({ command: 'echo a \\' }))
  })
})
