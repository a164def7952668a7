import { describe, expect, it } from 'vitest'
import { diagnosticsOf, head, mistakesIn, server } from '../support/specs.js'

const servers = (entry: string) => `${head}servers: { s: { ${server}, ${entry} } }\n`
const volume = (entry: string) =>
  `${head}servers: { s: { ${server} } }\nvolumes: { v: { server: s, size: 1, ${entry} } }\n`
const sync = (entry: string) => `${head}servers: { s: { ${server} } }\nsync: { r: { to: "s:/x", ${entry} } }\n`

/** Every text of a stack file that ends up somewhere, by where it stands; `‸` is what is put into it. */
const places: Readonly<Record<string, string>> = {
  'the value of a tag': `${head}tags: { a: "‸" }\n`,
  'the key of a tag': `${head}tags: { "a‸": b }\n`,
  'an entry of its own tags': volume('tags: { a: "‸" }'),
  'user data': servers('userData: "‸"'),
  'a set-up command': servers('setup: ["true ‸"]'),
  'the login user': servers('user: "a‸"'),
  'a mount point': volume('mount: "/srv/‸"'),
  'mount options': volume('options: "noatime‸"'),
  'an owner': volume('owner: "a‸"'),
  'a label': volume('label: "‸"'),
  'a key of KMS': volume('kmsKey: "alias/‸"'),
  'a source': sync('from: "./‸"'),
  'one of several sources': sync('from: [./a, "./‸"]'),
  'a destination': `${head}servers: { s: { ${server} } }\nsync: { r: { from: ./a, to: "s:/x‸" } }\n`,
  'a pattern to leave out': sync('from: ./a, exclude: ["‸"]'),
  'a pattern to take': sync('from: ./a, include: ["‸"]'),
  'a command after a copy': sync('from: ./a, onChange: "true ‸"'),
  'a public key': `${head}keyPairs: { k: { publicKey: "./‸" } }\n`,
  'the description of a group': `${head}securityGroups: { g: { description: "a‸" } }\n`,
  'the directory of an archive': `${head}archives: { a: { from: "./‸", server: { ${server} } } }\n`,
  'the profile': `evenkeel: 1\nstack: s\ntarget: { profile: "a‸" }\n`,
  'the name of an image': `${head}servers: { s: { image: { owner: self, name: "a‸" }, type: t3.small } }\n`,
}

describe.each([
  ['NUL', '\\0'],
  ['half of a surrogate pair', '\\ud800'],
])('%s', (_what, escape) => {
  it.each(Object.entries(places))('is refused in %s', (_place, text) => {
    const found = diagnosticsOf(text.replace('‸', escape))
    expect(found.length).toBeGreaterThan(0)
    for (const { code } of found) expect(['SPEC_BAD_TEXT', 'SPEC_INVALID_VALUE']).toContain(code)
    expect(mistakesIn(text.replace('‸', 'b'))).toEqual([])
  })

  it('is refused where a variable brings it into a text with references', () => {
    const text = `${head}variables: { x: { default: "${escape}" } }\nservers: { s: { ${server}, setup: ["echo \${var.x}"] } }\n`
    expect(mistakesIn(text)).toEqual(['4:28 SPEC_BAD_TEXT'])
  })
})

describe('other control characters', () => {
  it.each(['an owner', 'a label', 'a source', 'the value of a tag', 'a pattern to leave out'])(
    'are refused in %s',
    (place) => {
      expect(diagnosticsOf((places[place] ?? '').replace('‸', '\\x1b[31m')).length).toBeGreaterThan(0)
    },
  )

  it('may stand in programs, with line breaks', () => {
    expect(mistakesIn(servers('userData: "a\\n\\x1bb", setup: ["true\\n\\ttrue"]'))).toEqual([])
  })

  it('a line break may stand in the value of a tag, and in no path', () => {
    expect(mistakesIn((places['the value of a tag'] ?? '').replace('‸', 'a\\nb'))).toEqual([])
    expect(diagnosticsOf((places['a pattern to leave out'] ?? '').replace('‸', 'a\\nb'))).toHaveLength(1)
  })
})

describe('lengths', () => {
  const long = (bytes: number, part = 200) => `/${'a'.repeat(part - 1)}`.repeat(bytes / part)
  it.each([
    ['a mount point', volume(`mount: "/‸"`), 'a'.repeat(255), 'a'.repeat(256)],
    ['a part of a path', sync('from: "./‸"'), 'a'.repeat(255), 'a'.repeat(256)],
    ['a part of a path, in bytes', sync('from: "./‸"'), 'é'.repeat(127), 'é'.repeat(128)],
    ['a path', sync('from: ".‸"'), long(4000), long(4200)],
    ['a pattern', sync('from: ./a, exclude: ["‸"]'), 'a'.repeat(4095), 'a'.repeat(4096)],
    ['mount options', volume('options: "‸"'), 'a'.repeat(4095), 'a'.repeat(4096)],
    ['user data', servers('userData: "‸"'), 'a'.repeat(16384), 'a'.repeat(16385)],
    [
      'user data with a reference',
      servers('userData: "${server.t.id}‸"').replace(' } }\n', ` }, t: { ${server} } }\n`),
      'a'.repeat(16363),
      'a'.repeat(16364),
    ],
    ['a group', `${head}securityGroups: { g: { description: "‸" } }\n`, 'a'.repeat(255), 'a'.repeat(256)],
  ])('of %s', (_what, text, fits, tooLong) => {
    expect(mistakesIn(text.replace('‸', fits))).toEqual([])
    expect(mistakesIn(text.replace('‸', tooLong))).toHaveLength(1)
  })
})

describe('a profile', () => {
  it.each(['../../etc', '..', '.', 'a/b', 'a\\b'])('%s is no part of a path, which keys lie below', (profile) => {
    expect(mistakesIn(`evenkeel: 1\nstack: s\ntarget: { profile: '${profile}' }\n`)).toEqual([
      '3:20 SPEC_INVALID_VALUE',
    ])
  })

  it('is a name', () => {
    expect(mistakesIn("evenkeel: 1\nstack: s\ntarget: { profile: 'team.staging eu-1' }\n")).toEqual([])
  })
})

describe('what is no number', () => {
  it('is called so, and not null', () => {
    expect(diagnosticsOf(`${head}volumes: { a: { size: .nan } }\n`)[0]?.message).toBe(
      'volumes.a.size must be a whole number, not the number NaN',
    )
  })
})
