import { describe, expect, it } from 'vitest'
import { diagnosticsOf, head, server, specOf } from '../support/specs.js'

const text = (names: string) => `${head}servers: { web: { ${server}, ignoreChanges: ${names} } }\n`

describe('ignoreChanges', () => {
  it('is kept sorted, each once, and is absent where it is empty', () => {
    expect(specOf(text('[type, tags.team, type]')).servers[0]?.ignoreChanges).toEqual(['tags.team', 'type'])
    expect(specOf(text('[]')).servers[0]).not.toHaveProperty('ignoreChanges')
  })

  it.each([
    ['[typ]', 'changes of "typ" cannot be left alone', 'did you mean `type`?'],
    ['[tags]', 'changes of "tags" cannot be left alone', 'name each tag: tags.team'],
    ['[protect]', 'changes of "protect" cannot be left alone', expect.stringContaining('known here: type, image')],
    ['[constructor]', 'changes of "constructor" cannot be left alone', expect.anything()],
  ])('%s is told', (names, message, hint) => {
    expect(diagnosticsOf(text(names))).toMatchObject([{ code: 'SPEC_INVALID_VALUE', message, hint }])
  })

  it.each(['type', '{ type: true }', '[1]', '[[type]]', '["x\\ny"]'])('%s is no list of its words', (names) => {
    expect(diagnosticsOf(text(names)).length).toBeGreaterThan(0)
  })
})
