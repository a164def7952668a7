import { describe, expect, it } from 'vitest'
import { SpecError, UsageError } from '../../../src/core/errors.js'
import {
  sectionsJson,
  sectionsMarkdown,
  sectionsText,
  type StackSection,
} from '../../../src/report/stacks/stack-sections.js'
import { validatorOf } from '../../support/schemas.js'

const told = (file: string, place: string): StackSection => ({
  kind: 'told',
  file,
  stack: 'music',
  place,
  text: '{"formatVersion":1}\n',
  words: '1 to create',
})
const error = new UsageError('STACK_FILE_UNREADABLE', 'a|b\nc', { hint: 'h' })
const failed: StackSection = { kind: 'failed', file: 'x`|<b>\u001B[31m.yaml', error, text: 'a ``` b' }
const mistaken: StackSection = {
  kind: 'failed',
  file: 'm.yaml',
  error: new SpecError([{ code: 'SPEC_SYNTAX', message: 'm', file: 'm.yaml', line: 1, column: 2 }], 7),
  text: 'x'.repeat(200_000),
}

describe('a report of several stacks', () => {
  it('names every file in the text, and whose files are about the same', () => {
    const text = sectionsText([told('a.yaml', 'music here'), told('b.yaml', 'music here'), mistaken], false)
    expect(text).toContain(
      '\n\n3 stacks:\n  a.yaml  music  1 to create\n  b.yaml  music  1 to create\n  m.yaml  -      7 mistakes in the file\n',
    )
    expect(text).toContain('a.yaml and b.yaml name one stack, music here')
    expect(sectionsText([told('a.yaml', 'music here'), told('b.yaml', 'music there')], false)).not.toContain('name one')
  })

  it('lets no file name and no message out of its place in Markdown', () => {
    const text = sectionsMarkdown([failed, mistaken])
    const [row = ''] = text.split('\n').slice(2)
    expect(row.split('|')).toHaveLength(5)
    expect(row).not.toMatch(/[<`]/)
    expect(row).not.toContain('\u001B')
    expect(row).toContain('error STACK&#95;FILE&#95;UNREADABLE')
    expect(text).toContain('````text\na ``` b\n````')
    expect(text.length).toBeLessThan(60_000)
  })

  it('is a comment that GitHub takes, whatever is told, and says what is left out', () => {
    const details = `<details><summary>Details</summary>\n\n${'x\n'.repeat(20_000)}</details> in it\n</details>`
    const long = (at: number): StackSection => ({
      ...(told(`${at}.yaml`, `music ${at}`) as Extract<StackSection, { kind: 'told' }>),
      text: `### Plan ${at}\n\n${details}\n\nEnd ${at}.\n`,
    })
    const few = sectionsMarkdown([long(1), long(2)])
    expect(few.length).toBeLessThan(60_000)
    expect(few).toContain('## `2.yaml`\n\n### Plan 2\n\n\n\nEnd 2.')
    expect(few).not.toContain('details>')
    expect(sectionsMarkdown([long(1)])).toContain(details)
    const many = sectionsMarkdown(Array.from({ length: 3_000 }, (_, at) => long(at)))
    expect(many.length).toBeLessThan(60_000)
    expect(many).toMatch(/\| … \| and \d+ more \| \|/)
    expect(many).toMatch(/\n\n\d+ stacks more are left out here: call it for each\.\n$/)
    expect(sectionsMarkdown(Array.from({ length: 200 }, () => told('a.yaml', 'p'))).length).toBeLessThan(60_000)
  })

  it('is JSON as its schema says', () => {
    const validate = validatorOf('stack-reports')
    for (const name of ['plan', 'drift'] as const) {
      const printed = JSON.parse(sectionsJson([told('a.yaml', 'p'), failed, mistaken], name)) as { stacks: unknown[] }
      validate(printed)
      expect(validate.errors).toBeNull()
      expect(printed.stacks).toMatchObject([
        { [name]: { formatVersion: 1 }, error: null },
        { [name]: null, error: { code: 'STACK_FILE_UNREADABLE', mistakes: [] } },
        { error: { mistakes: [{ line: 1, column: 2 }], mistakesInAll: 7 } },
      ])
    }
  })
})
