import { describe, expect, it } from 'vitest'
import type { FileKind } from '../../../src/fleet/file/build-fleet.js'
import { parseFleet } from '../../../src/fleet/file/read-fleet.js'
import type { Diagnostic } from '../../../src/core/errors.js'

const head = 'evenkeel: 1\nfleet: acme\n'
const start = `${head}stacks: [{ files: [stacks/*.yaml] }]\n`
const git = 'git: https://git.example.com/acme/infra.git'

/** The text with ‸ where its one mistake is to be told, the code, and a part of the message or the hint. */
type Case = readonly [what: string, marked: string, code: string, said?: string]

const cases: Readonly<Record<string, readonly Case[]>> = {
  shape: [
    ['an empty file', '‸', 'SPEC_INVALID', 'it starts with `evenkeel: 1`'],
    ['a list', '‸- a', 'SPEC_INVALID', 'the fleet’s file is a list'],
    ['no stacks', `‸${head}`, 'SPEC_MISSING_KEY', 'say where stack files are'],
    ['no name', '‸evenkeel: 1\nstacks: [{ files: [a] }]\n', 'SPEC_MISSING_KEY', '`fleet`'],
    ['another version', 'evenkeel: ‸2\nfleet: acme\nstacks: [{ files: [a] }]\n', 'SPEC_INVALID_VALUE'],
    ['a bad name', 'evenkeel: 1\nfleet: ‸Acme\nstacks: [{ files: [a] }]\n', 'SPEC_INVALID_VALUE'],
    ['a misspelt key', `${start}‸default: {}\n`, 'SPEC_UNKNOWN_KEY', 'did you mean `defaults`?'],
    ['a misspelt setting', `${start}defaults: { ‸aply: never }\n`, 'SPEC_UNKNOWN_KEY', 'did you mean `apply`?'],
    ['the key of a stack file', `‸stack: web\n${start}`, 'SPEC_UNKNOWN_KEY', 'no fleet’s file'],
    ['the word of another tool', `${head}stacks: [{ ‸paths: [a] }]\n`, 'SPEC_UNKNOWN_KEY', '`files`'],
    ['a key twice', `${start}‸fleet: b\n`, 'SPEC_DUPLICATE_KEY'],
    ['a tab', `${start}defaults:\n‸\tapply: never\n`, 'SPEC_SYNTAX'],
    ['no place', `${head}stacks: ‸[]\n`, 'SPEC_INVALID_VALUE', 'must not be empty'],
    ['one pattern as a text', `${head}stacks: [{ files: ‸a.yaml }]\n`, 'SPEC_WRONG_TYPE', '["a.yaml"]'],
    ['an unknown way to apply', `${start}defaults: { apply: ‸at_once }\n`, 'SPEC_INVALID_VALUE', '`at-once`'],
    ['no region', `${start}defaults: { target: ‸Sandbox }\n`, 'SPEC_INVALID_VALUE', 'us-east-1'],
    ['the name of no variable', `${start}defaults: { variables: { ‸1a: b } }\n`, 'SPEC_BAD_NAME'],
    ['a list as a value', `${start}defaults: { variables: { a: ‸[b] } }\n`, 'SPEC_WRONG_TYPE'],
    [
      'an account as a number',
      `${start}limits: [{ account: ‸123456789012, atOnce: 1 }]\n`,
      'SPEC_WRONG_TYPE',
      'quotes',
    ],
    ['a limit of nothing', `${start}limits: [{ atOnce: ‸0 }]\n`, 'SPEC_OUT_OF_RANGE'],
    ['an unknown event', `${start}notifications: [{ on: [‸faild], command: [a] }]\n`, 'SPEC_INVALID_VALUE', '`failed`'],
  ],
  combinations: [
    ['a repository without a branch', `${head}stacks: [{ ‸${git}, files: [a] }]\n`, 'FLEET_INVALID', 'branch: main'],
    ['a branch of nothing', `${head}stacks: [{ ‸branch: main, files: [a] }]\n`, 'FLEET_INVALID', 'git repository'],
    ['a name of nothing', `${head}stacks: [{ ‸name: infra, files: [a] }]\n`, 'FLEET_INVALID', 'git repository'],
    [
      'two repositories of one name',
      `${head}stacks: [{ ${git}, branch: a, files: [a] }, { git: ‸https://b.example.com/infra, branch: a, files: [a] }]\n`,
      'FLEET_INVALID',
      'stacks[0]',
    ],
    ['nothing but exceptions', `${head}stacks: [{ files: ‸["!a"] }]\n`, 'FLEET_INVALID', 'without !'],
    ['an override of nothing', `${start}overrides: [‸{ match: a }]\n`, 'FLEET_INVALID'],
    ['a file that is not there', `${start}defaults: { checks: ‸gone.yaml }\n`, 'FLEET_INVALID', 'no file gone.yaml'],
    ['a folder as a file', `${start}defaults: { variableFiles: [‸folder] }\n`, 'FLEET_INVALID', 'a directory'],
    [
      'a limit twice',
      `${start}limits: [{ atOnce: 1 }, ‸{ region: us-east-1, atOnce: 2 }]\n`,
      'FLEET_INVALID',
      'in front of those',
    ],
    ['nobody to tell', `${start}notifications: [‸{ on: [drift] }]\n`, 'FLEET_INVALID', 'either'],
    [
      'two to tell',
      `${start}notifications: [‸{ on: [drift], command: [a], webhook: "https://a.example.com", secret: { env: A } }]\n`,
      'FLEET_INVALID',
    ],
    ['no program', `${start}notifications: [{ on: [drift], command: [‸""] }]\n`, 'FLEET_INVALID', 'a program'],
    [
      'a key for a command',
      `${start}notifications: [{ on: [drift], command: [a], ‸secret: { env: A } }]\n`,
      'FLEET_INVALID',
    ],
    [
      'a webhook without a key',
      `${start}notifications: [{ on: [drift], ‸webhook: "https://a.example.com" }]\n`,
      'FLEET_INVALID',
      'env:',
    ],
    [
      'a webhook that everybody on the way reads',
      `${start}notifications: [{ on: [drift], webhook: ‸"http://a.example.com", secret: { env: A } }]\n`,
      'FLEET_INVALID',
      'https',
    ],
  ],
  schedules: [
    ['an unknown time', `${start}defaults: { drift: { every: ‸20m } }\n`, 'SPEC_INVALID_VALUE', 'H/20 * * * *'],
    ['two schedules', `${start}defaults: { drift: ‸{ every: 1h, cron: "0 * * * *" } }\n`, 'SPEC_INVALID_VALUE'],
    ['no schedule', `${start}defaults: { drift: ‸{} }\n`, 'SPEC_INVALID_VALUE'],
    ['a word', `${start}defaults: { drift: ‸often }\n`, 'SPEC_INVALID_VALUE', 'never'],
    ['four fields', `${start}defaults: { drift: { cron: ‸"0 * * *" } }\n`, 'FLEET_SCHEDULE', 'five fields'],
  ],
  patterns: [
    ['the parent', `${head}stacks: [{ files: [‸"../x"] }]\n`, 'FLEET_PATTERN'],
    ['the parent behind !', `${head}stacks: [{ files: [a, ‸"!../x"] }]\n`, 'FLEET_PATTERN'],
    ['a path of the machine', `${head}stacks: [{ files: [‸/etc/*.yaml] }]\n`, 'FLEET_PATTERN'],
    ['a home', `${head}stacks: [{ files: [‸~/a.yaml] }]\n`, 'FLEET_PATTERN'],
    ['in overrides', `${start}overrides: [{ match: ‸"prod**", apply: never }]\n`, 'FLEET_PATTERN', 'prod/**'],
  ],
  repositories: [
    ['ext', `${head}stacks: [{ git: ‸"ext::sh -c id", branch: a, files: [a] }]\n`, 'FLEET_SOURCE', 'not by ext'],
    ['a file', `${head}stacks: [{ git: ‸file:///srv/git, branch: a, files: [a] }]\n`, 'FLEET_SOURCE', 'not by file'],
    ['an option', `${head}stacks: [{ git: ‸--upload-pack=x, branch: a, files: [a] }]\n`, 'FLEET_SOURCE'],
    ['an option as a branch', `${head}stacks: [{ ${git}, branch: ‸--x, files: [a] }]\n`, 'FLEET_SOURCE', 'a branch'],
  ],
  secrets: [
    [
      'a token in a URL',
      `${head}stacks: [{ git: ‸https://s3cr3t@a.example.com/b, branch: a, files: [a] }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a password in a URL',
      `${head}stacks: [{ git: ‸ssh://a:s3cr3t@b.example.com/c, branch: a, files: [a] }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a token behind a URL',
      `${head}stacks: [{ git: ‸"https://a.example.com/b?token=s3cr3t", branch: a, files: [a] }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a key',
      `${start}notifications: [{ on: [drift], webhook: "https://a.example.com", secret: ‸s3cr3t }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a key as a number',
      `${start}notifications: [{ on: [drift], webhook: "https://a.example.com", secret: ‸12345 }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a key as a value',
      `${start}notifications: [{ on: [drift], webhook: "https://a.example.com", secret: ‸{ value: s3cr3t } }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
    [
      'a password of a webhook',
      `${start}notifications: [{ on: [drift], webhook: ‸"https://a:s3cr3t@b.example.com", secret: { env: A } }]\n`,
      'FLEET_SECRET_WRITTEN',
    ],
  ],
}

describe.each(Object.entries(cases))('a mistake of %s', (_name, ofKind) => {
  it.each(ofKind.map((one) => [one[0], one] as const))('%s is told where it stands', (_title, one) => {
    const [, marked, code, said = ''] = one
    const before = marked.split('‸')[0] ?? ''
    const mistakes = mistakesIn(marked.replace('‸', ''))
    expect(mistakes.map((one) => [one.code, one.line, one.column])).toEqual([
      [code, before.split('\n').length, before.length - before.lastIndexOf('\n')],
    ])
    expect(`${mistakes[0]?.message} ${mistakes[0]?.hint ?? ''}`).toContain(said)
    expect(mistakes[0]?.file).toBe('fleet.yaml')
    expect(JSON.stringify(mistakes)).not.toMatch(/s3cr3t|12345(?!6789)/)
  })
})

describe('reading a fleet’s file', () => {
  it('tells every mistake at once, in the order of the file', () => {
    const text = `${head}stacks: [{ files: [/a] }, { ${git}, branch: -a, files: [b] }]\nlimits: [{ atonce: 3 }]\n`
    expect(mistakesIn(text).map(({ code }) => code)).toEqual(['FLEET_PATTERN', 'FLEET_SOURCE', 'SPEC_UNKNOWN_KEY'])
  })

  it('fills in what is not said', () => {
    expect(specIn(start)).toEqual({
      name: 'acme',
      path: '/srv/fleet/fleet.yaml',
      sources: [{ kind: 'files', patterns: ['stacks/*.yaml'] }],
      rules: [{ match: '**', settings: {} }],
      limits: [],
      notifications: [],
    })
  })

  it('says all that stands there', () => {
    const text = `${head}stacks:
  - files: [stacks/**/*.stack.yaml, "!stacks/old/**"]
  - { ${git}, branch: main, files: [environments/*/stack.yaml] }
  - { git: "git@git.example.com:acme/Other.Things.git", name: other, branch: release/1, files: ["**"] }
defaults:
  target: sandbox
  variables: { count: 3, isBig: false, name: "007", motd: "@motd.txt", at: "@@x" }
  variableFiles: [common.yaml]
  drift: { every: 6h }
  apply: after-review
  checks: ../policy.yaml
overrides:
  - { match: "infra:prod/**", drift: { cron: "H 6 * * MON-FRI" }, apply: never }
  - { match: stacks/toys/*, drift: never }
limits: [{ account: "123456789012", region: us-east-1, atOnce: 4 }, { atOnce: 8 }]
notifications:
  - { on: [drift, failed], command: [./tell.sh, --now] }
  - { on: [recovered], webhook: "https://hooks.example.com/x", secret: { env: KEY } }
`
    expect(specIn(text)).toEqual({
      name: 'acme',
      path: '/srv/fleet/fleet.yaml',
      sources: [
        { kind: 'files', patterns: ['stacks/**/*.stack.yaml', '!stacks/old/**'] },
        {
          kind: 'git',
          name: 'infra',
          url: 'https://git.example.com/acme/infra.git',
          branch: 'main',
          patterns: ['environments/*/stack.yaml'],
        },
        {
          kind: 'git',
          name: 'other',
          url: 'git@git.example.com:acme/Other.Things.git',
          branch: 'release/1',
          patterns: ['**'],
        },
      ],
      rules: [
        {
          match: '**',
          settings: {
            target: 'sandbox',
            variables: { count: '3', isBig: 'false', name: '007', motd: '@/srv/fleet/motd.txt', at: '@@x' },
            variableFiles: ['/srv/fleet/common.yaml'],
            driftSchedule: 'H H/6 * * *',
            apply: 'after-review',
            checks: '/srv/policy.yaml',
          },
        },
        { match: 'infra:prod/**', settings: { driftSchedule: 'H 6 * * MON-FRI', apply: 'never' } },
        { match: 'stacks/toys/*', settings: { driftSchedule: undefined } },
      ],
      limits: [
        { account: '123456789012', region: 'us-east-1', atOnce: 4 },
        { account: '*', region: '*', atOnce: 8 },
      ],
      notifications: [
        { on: ['drift', 'failed'], to: { kind: 'command', argv: ['/srv/fleet/tell.sh', '--now'] } },
        { on: ['recovered'], to: { kind: 'webhook', url: 'https://hooks.example.com/x', secretVariable: 'KEY' } },
      ],
    })
  })

  it('takes http for a webhook of this machine', () => {
    const text = `${start}notifications: [{ on: [drift], webhook: "http://127.0.0.1:8080/x", secret: { env: KEY } }]\n`
    expect(specIn(text)).toMatchObject({ notifications: [{ to: { url: 'http://127.0.0.1:8080/x' } }] })
  })

  it('hides secrets in the lines around another mistake, too', () => {
    const text = `${head}stacks:\n  - git: "https://a:s3cr3t@b.example.com/c"\n    branch: -a\n    files: [a]\n`
    expect(mistakesIn(text).map(({ code }) => code)).toEqual(['FLEET_SECRET_WRITTEN', 'FLEET_SOURCE'])
    expect(JSON.stringify(mistakesIn(text))).not.toContain('s3cr3t')
    expect(JSON.stringify(mistakesIn(`${text}  - files: [\n`))).not.toContain('s3cr3t')
  })
})

function mistakesIn(text: string): readonly Diagnostic[] {
  const read = specIn(text)
  return 'diagnostics' in read ? read.diagnostics : []
}

function specIn(text: string) {
  return parseFleet('fleet.yaml', text, '/srv/fleet/fleet.yaml', kindOf)
}

function kindOf(path: string): FileKind {
  if (path.endsWith('gone.yaml')) return 'absent'
  return path.endsWith('folder') ? 'directory' : 'file'
}
