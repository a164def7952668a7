import { Lexer } from 'yaml'

/** What the lexer puts before the text of a plain scalar or of a block: it may begin with any character. */
const scalarMark = '\u001F'

/** The comments of a YAML text, each line of its own without the space around it, in the order of the text. */
export function commentsOf(text: string): readonly string[] {
  const comments: string[] = []
  let before = ''
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith('#') && before !== scalarMark) comments.push(token.trim())
    before = token
  }
  return comments
}
