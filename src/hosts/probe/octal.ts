/** Decodes `\040` and its like, as mountinfo and fstab write blanks; bytes are UTF-8. */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  const decoded = bytes.replaceAll(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(parseInt(digits, 8)),
  )
  return Buffer.from(decoded, 'latin1').toString('utf8')
}

/** Encodes what would end a field of fstab, `\\`, `#` and all that is not ASCII as `\\040`: the line can then stand in a file of any encoding. */
export function escapeOctal(text: string): string {
  return text.replaceAll(/[^!-~]|[\\#]/gu, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  )
}
