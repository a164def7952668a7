import type { Colors } from './colors.js'

const caretLine = /^(\s*\|\s*)(\^+)$/

/** The lines of a code frame: what is wrong stands out, what is around it steps back. */
export function frameLines(frame: string, colors: Colors): readonly string[] {
  return frame.split('\n').map((text) => {
    const [, margin = '', carets = ''] = caretLine.exec(text) ?? []
    if (carets !== '') return `${colors.dim(margin)}${colors.red(carets)}`
    return text.startsWith('>') ? text : colors.dim(text)
  })
}
