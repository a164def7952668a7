import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseNamedIn } from '../../../src/spec/bases/named-base.js'
import { parseStack } from '../../../src/spec/parse.js'

const top = `evenkeel: 1
stack: demo
target: sandbox
extends: ./base.yaml
tags: { tier: staging }
servers:
  web: { count: 2, zone: null }
volumes: { data: { size: 2, server: "web[0]" } }
`
const base = `evenkeel: 1
variables: { kind: { default: t3.small } }
tags: &tags { team: audio }
servers:
  web: { image: ami-12345678, type: "\${var.kind}", zone: us-east-1a, tags: *tags }
volumes: { data: { mount: /srv/data } }
sync: { files: { from: ./files/, to: volume.data/ } }
`

const hostile = fc.constantFrom(
  'null',
  '~',
  '&a ',
  '*a',
  '*tags',
  '{',
  ']',
  '"',
  '\t',
  '- ',
  ': ',
  '<<: ',
  '!!x ',
  '---\n',
  '${',
  'extends: ',
  'evenkeel: ',
  '__proto__: ',
  '\r\n',
)

describe('two files of which one is damaged', () => {
  const whole = parseStack({ file: 'top', text: top, bases: given(base) })

  it('are well when they are not', () => {
    expect(whole.ok).toBe(true)
  })

  it('end in mistakes, each in one of them', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.nat(400), fc.nat(12), fc.oneof(hostile, fc.string()), (isTop, at, cut, put) => {
        const damage = (text: string) => text.slice(0, at) + put + text.slice(at + cut)
        const [first, second] = isTop ? [damage(top), base] : [top, damage(base)]
        const texts: Readonly<Record<string, string>> = { top: first, base: second }
        const bases = baseNamedIn(first) === './base.yaml' ? given(second) : []
        const result = parseStack({ file: 'top', text: first, bases })
        if (result.ok) return
        expect(result.diagnostics.length).toBeGreaterThan(0)
        for (const { file, line, column, message, frame } of result.diagnostics) {
          expect(message).not.toBe('')
          const lines = (texts[file] ?? '').split(/\r?\n/).map((one) => one.trimEnd())
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThan(0)
          for (const [, shown = ''] of (frame ?? '').matchAll(/^[> ] +\d+ \|(?: (.*))?$/gm))
            expect(lines).toContain(shown)
        }
      }),
      { numRuns: 300 },
    )
  })
})

function given(text: string) {
  return [{ written: './base.yaml', file: 'base', text, directory: '' }]
}
