import { describe, expect, test } from 'vitest'
import { lowerUserData } from '../../../../src/sandbox/hosts/user-data/lower.js'

const lower = (text: string | undefined) => lowerUserData(text, 'admin')
const contentOf = (text: string) => lower(text).scripts[0]?.content

describe('lowerUserData', () => {
  test.each([undefined, '', ' \n'])('makes nothing of %j', (text) => {
    expect(lower(text)).toEqual({ scripts: [], notes: [] })
  })

  test('leaves a script as it is', () => {
    expect(lower('#!/bin/sh\nls\n').scripts).toEqual([
      { name: '90-user-script', when: 'once', content: '#!/bin/sh\nls\n' },
    ])
  })

  test.each(['Content-Type: multipart/mixed; boundary=x', 'hello', '## template: jinja\n#cloud-config\n{}'])(
    'says that it cannot handle %j',
    (text) => {
      expect(lower(text)).toEqual({ scripts: [], notes: [expect.stringContaining('Unhandled')] })
    },
  )

  test('runs modules in the order of cloud-init, not of the file', () => {
    const { scripts } = lower('#cloud-config\nruncmd: [a]\nwrite_files: []\nbootcmd: [b]\n')
    expect(scripts.map(({ name, when }) => `${name} ${when}`)).toEqual([
      '10-bootcmd every-boot',
      '11-write_files once',
      '15-runcmd once',
    ])
  })

  test.each(['bm8gZ3ppcA==', ''])('says that the content %j is not zipped, and goes on', (content) => {
    const { scripts, notes } = lower(
      `#cloud-config\nwrite_files: [{ path: /x, encoding: gz+b64, content: '${content}' }]\nruncmd: [a]\n`,
    )
    expect(scripts.map(({ name }) => name)).toEqual(['15-runcmd'])
    expect(notes).toEqual([expect.stringContaining('write_files: content cannot be unzipped')])
  })

  test('gives a list to the program word by word, and a string to the shell', () => {
    expect(contentOf(`#cloud-config\nruncmd:\n  - echo $HOME | cat\n  - [echo, "it's $HOME", 1]\n`)).toBe(
      `#!/bin/sh\necho $HOME | cat\necho 'it'\\''s $HOME' 1\n`,
    )
  })

  test.each([
    ['permissions: 0600', 'chmod 600'],
    ["permissions: '0600'", 'chmod 600'],
    ["permissions: '0o755'", 'chmod 755'],
    ['owner: admin', 'chown admin:admin'],
    ['append: true', '>> /etc/x'],
  ])('reads %s of a file as PyYAML does', (line, expected) => {
    expect(contentOf(`#cloud-config\nwrite_files:\n  - path: /etc/x\n    ${line}\n`)).toContain(expected)
  })

  test.each([
    ['runcmd: ls', 'runcmd is not a list'],
    ['write_files: [{ content: x }]', 'write_files: path is not a string'],
    ['write_files: [{ path: /x, encoding: rot13 }]', 'encoding rot13 is unknown'],
    ['write_files: [{ path: /x, permissions: rwx }]', 'permissions rwx is not octal'],
    ['users: [default]', "cloud-config key 'users' is not emulated"],
    ['runcmd: [', 'Failed loading yaml blob'],
    ['- a', 'Failed loading yaml blob'],
  ])('tells what it does not accept: %s', (line, expected) => {
    expect(lower(`#cloud-config\n${line}\n`)).toEqual({ scripts: [], notes: [expect.stringContaining(expected)] })
  })
})
