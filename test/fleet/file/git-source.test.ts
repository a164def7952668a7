import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasCredentials, mistakeInBranch, mistakeInUrl, nameFromUrl } from '../../../src/fleet/file/git-source.js'

describe('the URL of a repository', () => {
  it.each([
    'https://git.example.com/acme/infra.git',
    'https://git.example.com:8443/~acme/infra',
    'https://127.0.0.1:8443/a.git',
    'https://[::1]:8443/a.git',
    'ssh://git@git.example.com/acme/infra.git',
    'ssh://git.example.com:2222/acme/infra.git',
    'git@git.example.com:acme/infra.git',
    'APKA123@git-codecommit.us-east-1.amazonaws.com:v1/repos/a',
  ])('can be %s', (url) => {
    expect(mistakeInUrl(url)).toBeUndefined()
    expect(hasCredentials(url)).toBe(false)
  })

  it.each([
    '',
    '.',
    '/srv/git/a.git',
    '../a',
    'a/b',
    '~/a.git',
    '-oProxyCommand=id',
    '--upload-pack=id',
    'file:///srv/git/a.git',
    'git://example.com/a.git',
    'http://example.com/a.git',
    'ftp://example.com/a',
    'ext::sh -c id% >&2',
    'ext::ssh://x',
    'fd::17/a',
    'HTTPS://example.com/a',
    'https:example.com/a',
    'https://',
    'https://example.com',
    'https://example.com/a b',
    'https://example.com/a?x=1',
    'https://example.com/a#b',
    'https://example.com/a\\b',
    'https://-example.com/a',
    'https::ext::sh -c id',
    'ssh://-oProxyCommand=id/a',
    'ssh://-oProxyCommand=id@example.com/a',
    'ssh://git@-oProxyCommand=id/a',
    'ssh://git@example.com:x/a',
    '-git@example.com:a',
    'git@-oProxyCommand=id:a',
    'git@example.com:--upload-pack=id',
    'example.com:a/b',
    'git@example.com:a;id',
    'git@example.com:$(id)',
    'https://example.com/a\nhttps://example.com/b',
    'https://example.com/‮a',
  ])('cannot be %j', (url) => {
    expect(mistakeInUrl(url)).toBeDefined()
  })

  it.each([
    'https://token@example.com/a',
    'https://a:b@example.com/a',
    'https://:b@example.com/a',
    'ssh://git:b@example.com/a',
    'git:b@example.com:a',
    'https://example.com/a?private_token=b',
    'https://example.com/a?x=y&API_KEY=b',
  ])('has a secret in it: %s', (url) => {
    expect(hasCredentials(url)).toBe(true)
    expect(mistakeInUrl(url)).toBeDefined()
  })

  it('is https or ssh to a host with a name, whatever is written', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc
        .array(
          fc.constantFrom(
            'https',
            'ssh',
            'ext',
            'file',
            ':',
            '://',
            '::',
            '/',
            '@',
            '-',
            '--',
            'git',
            'a.b',
            ' ',
            '\n',
            '%',
            '$(',
            '..',
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(hostile, (url) => {
        if (mistakeInUrl(url)) return
        expect(url).toMatch(/^(?:https:\/\/[^@]+$|ssh:\/\/[^-]|[^-/:@][^/:@]*@[^-/:@][^/:@]*:[^-])/)
        expect(url).not.toMatch(/[\s\p{Cc}$;&|<>"'`\\]/u)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a branch', () => {
  it.each(['main', 'release/1.2', 'feature/ä-b', 'v1'])('can be %s', (branch) => {
    expect(mistakeInBranch(branch)).toBeUndefined()
  })

  it.each([
    '',
    '-a',
    '--x',
    'a..b',
    'a b',
    'a:b',
    'a^',
    'a~1',
    'a@{1}',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.lock',
    '@',
    'a*',
    'a\\b',
    'a\nb',
    '+a:b',
  ])('cannot be %j', (branch) => expect(mistakeInBranch(branch)).toBeDefined())
})

describe('the name of a repository', () => {
  it.each([
    ['https://example.com/acme/infra.git', 'infra'],
    ['https://example.com/acme/Infra_Two/', 'infra-two'],
    ['git@example.com:infra', 'infra'],
    ['https://example.com/123', undefined],
  ])('of %s is %s', (url, name) => {
    expect(nameFromUrl(url)).toBe(name)
  })
})
