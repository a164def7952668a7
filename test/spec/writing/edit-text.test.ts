import { describe, expect, it } from 'vitest'
import { withValueAt } from '../../../src/spec/writing/edit-text.js'

const text = `# head
servers: # ours
  web:
    type: t3.small # small
    # about tags
    tags:
      a: "1"
      b: two # b
    groups: [ x,  "y" ] # list
  flow: { type: t3.small,  size: 3 }
  bare:
  # end
rules:
  - { port: 22 } # ssh
  - port: 80
    from: any
  # last
after: &a { x: 1 }
alias: *a
`

const cases: Readonly<Record<string, readonly [readonly string[], unknown, string, string]>> = {
  'a scalar is replaced': [['servers', 'web', 'type'], 't3.large', 'type: t3.small # small', 'type: t3.large # small'],
  'a scalar between braces': [['servers', 'flow', 'size'], 4, 'size: 3 }', 'size: 4 }'],
  'a text that looks like a number gets quotes': [['servers', 'web', 'type'], '1', 't3.small # small', "'1' # small"],
  'a new key comes last': [['servers', 'web', 'size'], 5, '# list\n', '# list\n    size: 5\n'],
  'a new key between braces': [['servers', 'flow', 'm'], 'x', 'size: 3 }', 'size: 3, m: x }'],
  'a key with nothing gets something': [['servers', 'bare', 'type'], 'x', '  bare:\n', '  bare:\n    type: x\n'],
  'a key goes with what stands behind it': [['servers', 'web', 'tags', 'b'], undefined, '      b: two # b\n', ''],
  'a key between braces goes': [['servers', 'flow', 'type'], undefined, '{ type: t3.small,  size: 3 }', '{ size: 3 }'],
  'the last key between braces goes': [['servers', 'flow', 'size'], undefined, ',  size: 3 }', ' }'],
  'a section is made': [['volumes', 'data', 'size'], 3, 'alias: *a\n', 'alias: *a\nvolumes:\n  data:\n    size: 3\n'],
  'items of a list come': [['servers', 'web', 'groups'], ['x', 'y', 'z'], '[ x,  "y" ]', '[ x,  "y", z ]'],
  'items of a list go': [['servers', 'web', 'groups'], ['y'], '[ x,  "y" ]', '[ "y" ]'],
  'all items go': [['servers', 'web', 'groups'], [], '[ x,  "y" ]', '[]'],
  'items in lines come and go': [
    ['rules'],
    [{ port: 80, from: 'any' }, { port: 443 }],
    '  - { port: 22 } # ssh\n  - port: 80\n    from: any\n',
    '  - port: 80\n    from: any\n  - { port: 443 }\n',
  ],
}

describe('withValueAt', () => {
  it.each(Object.entries(cases))('%s, and every other character stays', (_, [path, value, before, after]) => {
    expect(text).toContain(before)
    expect(withValueAt(text, path, value)).toBe(text.replace(before, after))
  })

  it('is undefined where more than that would change, or it cannot be had in place', () => {
    expect(withValueAt(text, ['alias', 'x'], 2)).toBeUndefined()
    expect(withValueAt(text, ['after', 'x'], 2)).toBeUndefined()
    expect(withValueAt('a:\n  b: 1\n', ['a', 'b'], undefined)).toBeUndefined()
    expect(withValueAt('a:\n  # none\n  - 1 # one\n', ['a'], [])).toBeUndefined()
  })

  it('an empty list takes the place of lines', () => {
    expect(withValueAt('a:\n  - 1\nb: 2\n', ['a'], [])).toBe('a: []\nb: 2\n')
  })

  it('a file without an end of line', () => {
    expect(withValueAt('a: 1', ['b'], 2)).toBe('a: 1\nb: 2\n')
  })
})
