import fc from 'fast-check'

/** What a shell, a pattern, a parser of options or a terminal would make something of; `canary` is a program that tells. */
const fragments = [
  ['$(canary)', '`canary`', ';canary;', '&&canary', '||canary', '|canary', '&canary&', '\ncanary\n', '$(canary>ran)'],
  ['>ran', '<ran', "';canary;'", '";canary;"', ')canary(', "'", '"', '\\', "\\'", '\\040', '\\0101', '\\x20', '\\n'],
  ['$HOME', '${IFS}', '$1', '$@', '*', '?', '[a-z]', '[!b]', '{a,b}', '~', '~root', '%s', '%n', '%%', '@', '@expiry@'],
  ['-', '--', '-rf', '-e', '--rsh=canary', '+ ', '- ', '!', '#', ' #', '=', 'A=b', ':', ',', '.', 'EOF', '&', 'a'],
  [' ', '  ', '\t', '\n', '\r', '\r\n', '\u001B[31m', '\u0007', '\u007F', 'é', '☃', '日本', '\u202E', '😀', '\uFEFF'],
].flat()

/** Any text that an argument of a program can hold: no NUL, no half of a surrogate pair; `bytesMax` of UTF-8 at most. */
export function hostileWord(bytesMax = 4096): fc.Arbitrary<string> {
  const part = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...fragments) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constant('x'.repeat(180)) },
  )
  return fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => Buffer.from(parts.join('').replaceAll('\0', '')).toString())
    .filter((text) => text !== '' && Buffer.byteLength(text) <= bytesMax)
}

/** The same as one part of a path. */
export function hostileName(bytesMax = 250): fc.Arbitrary<string> {
  return hostileWord(bytesMax)
    .map((text) => text.replaceAll('/', '%'))
    .filter((text) => text !== '.' && text !== '..')
}

/** The same as a mount point of the stack file takes it: no blank, no backslash. */
export function hostileMountName(bytesMax = 200): fc.Arbitrary<string> {
  return hostileName(bytesMax)
    .map((text) => text.replaceAll(/[\s\\]/gu, ''))
    .filter((text) => text !== '' && text !== '.' && text !== '..')
}
