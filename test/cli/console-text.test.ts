import { describe, expect, it } from 'vitest'
import { consoleText, newConsoleLines } from '../../src/cli/commands/servers/console-text.js'

describe('a console', () => {
  it('is shown without colours, and with what a terminal would obey in escapes', () => {
    expect(consoleText('\r\n[\u001B[0;32m  OK  \u001B[0m] Started ssh.\r\n\u0007x\r\r\ny\u202E')).toBe(
      '[  OK  ] Started ssh.\n\\u0007x\ny\\u202E',
    )
  })

  it('hands on whole new lines alone', () => {
    expect(newConsoleLines('a\nb\n', 'a\nb\nc\nd')).toBe('c\n')
    expect(newConsoleLines('a\nb\n', 'a\nb\n')).toBe('')
    expect(newConsoleLines('', 'a\n')).toBe('a\n')
  })

  it('goes on where what was seen has left in front', () => {
    const long = Array.from({ length: 400 }, (_, line) => `line ${line}`).join('\n')
    expect(newConsoleLines(`${long}\n`, `${long.slice(1000)}\nnew\n`)).toBe('new\n')
  })

  it('begins again where nothing is known of what stands there', () => {
    expect(newConsoleLines('old boot\n', 'new boot\n')).toBe('new boot\n')
  })
})
