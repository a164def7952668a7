import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseStack } from '../../src/spec/parse.js'
import { piecesOf } from '../../src/spec/variables/interpolation.js'
import { fstypes } from '../../src/model/inside/fstype.js'
import { head, server, specOf } from './support/specs.js'

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)

/** Stack files that are valid by construction. */
const stacks = fc
  .record({
    servers: fc.dictionary(name, fc.record({ count: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) }), {
      minKeys: 1,
      maxKeys: 5,
    }),
    volumes: fc.dictionary(
      name,
      fc.record({ size: fc.integer({ min: 125, max: 1024 }), fstype: fc.constantFrom(...fstypes), server: fc.nat() }),
      { maxKeys: 6 },
    ),
  })
  .map(({ servers, volumes }) => {
    const named = Object.entries(servers).map(([key, { count }]) =>
      count === undefined ? key : `${key}[${count - 1}]`,
    )
    return {
      evenkeel: 1,
      stack: 'demo',
      target: 'sandbox',
      servers: Object.fromEntries(
        Object.entries(servers).map(([key, { count }]) => [
          key,
          { image: 'ami-12345678', type: 't3.small', ...(count === undefined ? {} : { count }) },
        ]),
      ),
      volumes: Object.fromEntries(
        Object.entries(volumes).map(([key, { server: index, ...rest }]) => [
          key,
          { ...rest, server: named[index % named.length] },
        ]),
      ),
    }
  })

describe('parseStack', () => {
  it('takes every valid stack, and reads it the same in any order of its entries', () => {
    fc.assert(
      fc.property(stacks, (stack) => {
        const spec = specOf(stringify(stack))
        expect(spec.volumes).toHaveLength(Object.keys(stack.volumes).length)
        const reversed = Object.fromEntries(
          Object.entries(stack).map(([key, section]) => [
            key,
            typeof section === 'object' ? Object.fromEntries(Object.entries(section).toReversed()) : section,
          ]),
        )
        expect(specOf(stringify(reversed))).toEqual(spec)
      }),
      { numRuns: 40 },
    )
  })

  it('answers any change of a valid text with a specification or with diagnostics that have a place', () => {
    const edit = fc.record({
      at: fc.nat(),
      removed: fc.nat({ max: 12 }),
      added: fc.oneof(
        fc.constantFrom(
          '',
          '\n',
          '\t',
          '  ',
          ': ',
          '- ',
          '{',
          '}',
          '[',
          ']',
          '"',
          '&a ',
          '*a',
          '!x ',
          '${',
          '}',
          '#',
          '|\n',
          '-1',
          'null',
          '__proto__',
          'constructor: 1',
        ),
        fc.string({ maxLength: 6 }),
      ),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = full
        for (const { at, removed, added } of edits) {
          const start = at % text.length
          text = text.slice(0, start) + added + text.slice(start + removed)
        }
        expectAnswer(text)
      }),
      { numRuns: 100 },
    )
  })

  it('answers any value in any place', () => {
    const lines = full.split('\n')
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('${', '${var.size}', '${server.web[0].id}', 'web', -1, 1e9),
    )
    fc.assert(
      fc.property(fc.nat({ max: lines.length - 1 }), value, (index, replacement) => {
        const text = lines
          .map((line, number) => (number === index ? line.replace(/: .*$/, `: ${JSON.stringify(replacement)}`) : line))
          .join('\n')
        expectAnswer(text)
      }),
      { numRuns: 100 },
    )
  })

  it.each(['{ toString: 0 }', '[{ toString: 0, valueOf: 1 }]', '{ __proto__: null }'])(
    'answers %s in any place, of which no text can be made',
    (value) => {
      const lines = full.split('\n')
      for (const index of lines.keys()) {
        expectAnswer(lines.map((line, at) => (at === index ? line.replace(/: .*$/, `: ${value}`) : line)).join('\n'))
      }
    },
  )
})

function expectAnswer(text: string): void {
  const result = parseStack({ file: 'stack.yaml', text })
  if (result.ok) return
  expect(result.diagnostics.length).toBeGreaterThan(0)
  const places = result.diagnostics.map(({ line, column }) => line * 1e6 + column)
  expect(places).toEqual(places.toSorted((left, right) => left - right))
  expect(Math.min(...places)).toBeGreaterThanOrEqual(1e6 + 1)
}

describe('interpolation', () => {
  it('gives every escaped text back as it was', () => {
    fc.assert(
      fc.property(fragments, (text) => {
        const pieces = piecesOf(text.replaceAll('${', () => '$${'))
        expect(pieces).toEqual(text === '' ? [] : [{ kind: 'text', text }])
      }),
    )
  })

  it('puts any value of a variable in its place, and reads nothing into it', () => {
    fc.assert(
      fc.property(fragments, (value) => {
        const text = `${head}variables: { v: {} }\nservers: { w: { ${server}, setup: ["a \${var.v} b"], user: x } }\n`
        const spec = specOf(text, { variables: { v: value } })
        expect(spec.servers[0]?.setup[0]?.parts).toEqual([`a ${value} b`])
      }),
    )
  })
})

/** Texts made of what means something to interpolation. */
const fragments = fc
  .array(fc.constantFrom('$', '{', '}', '${', '$${', '${var.v}', 'a', '\\', '"', '\n'))
  .map((parts) => parts.join(''))

const full = `evenkeel: 1
stack: demo
target: sandbox
tags: { team: audio }
variables:
  size: { type: integer, default: 20, minimum: 1 }
keyPairs:
  deploy: { publicKey: ~/.ssh/id.pub }
securityGroups:
  web:
    description: web tier
    ingress:
      - { port: 22, from: my-ip }
      - { port: 80-81, from: 0.0.0.0/0 }
servers:
  boot:
    image: { ssm: /aws/service/debian }
    type: t3.small
  web:
    count: 2
    image: { owner: "136693071363", name: "debian-12-*" }
    type: t3.small
    zone: us-east-1a
    keyPair: deploy
    securityGroups: [web]
    userData: |
      #cloud-config
      boot: \${server.boot.privateIp}
    dependsOn: [server.boot]
    setup: ["echo \${var.size}"]
volumes:
  music:
    server: web[0]
    size: \${var.size}
    mount: /srv/music
    label: music
  inner:
    server: web[0]
    size: 3
    mount: { path: /srv/music/inner, mode: "0755" }
    dependsOn: [volume.music]
sync:
  library:
    from: ./music/
    to: volume.music/library/
    exclude: ["*.tmp"]
`
