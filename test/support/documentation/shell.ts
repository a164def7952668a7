/** The words of every simple command of a shell text, those inside `$(…)` too; redirections and comments are left out. */
export function shellCommands(text: string): readonly (readonly string[])[] {
  const commands: string[][] = []
  read(0, false)
  return commands

  /** Reads from `start` to the end, or to the `)` that closes; returns where it stopped. */
  function read(start: number, isInner: boolean): number {
    let words: string[] = []
    let word: string | undefined
    let skipsNext = false
    let at = start
    const endWord = () => {
      if (word !== undefined && !skipsNext) words.push(word)
      if (word !== undefined) skipsNext = false
      word = undefined
    }
    const endCommand = () => {
      endWord()
      const [first = ''] = words
      if (first !== '') commands.push(words)
      words = []
    }
    for (; at < text.length; at += 1) {
      const char = text[at] ?? ''
      if (char === "'") {
        const end = text.indexOf("'", at + 1)
        word = (word ?? '') + text.slice(at + 1, end)
        at = end
      } else if (char === '"') {
        at = readQuoted(at + 1, (piece) => (word = (word ?? '') + piece))
      } else if (char === '\\') {
        at += 1
        if (text[at] !== '\n') word = (word ?? '') + (text[at] ?? '')
      } else if (text.startsWith('$(', at)) {
        word = `${word ?? ''}(inner)`
        at = read(at + 2, true)
      } else if (char === '#' && word === undefined) {
        const end = text.indexOf('\n', at)
        at = end === -1 ? text.length : end
        endCommand()
      } else if (char === ')' && isInner) {
        endCommand()
        return at
      } else if (/[|&;\n()]/.test(char)) {
        endCommand()
      } else if (char === '<' || char === '>') {
        // `2>`: which stream it is, is no word.
        if (word === '2') word = undefined
        endWord()
        skipsNext = true
      } else if (/\s/.test(char)) {
        endWord()
      } else {
        word = (word ?? '') + char
      }
    }
    endCommand()
    return at
  }

  function readQuoted(start: number, add: (piece: string) => void): number {
    add('')
    for (let at = start; at < text.length; at += 1) {
      if (text[at] === '"') return at
      if (text.startsWith('$(', at)) {
        at = read(at + 2, true)
        add('(inner)')
      } else if (text[at] === '\\') {
        at += 1
        add(text[at] ?? '')
      } else add(text[at] ?? '')
    }
    return text.length
  }
}
