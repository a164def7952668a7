import { describe, expect, it } from 'vitest'
import { allowedWord } from '../../src/sync/server-command.js'
import { rsyncOptions } from '../../src/sync/rsync-options.js'
import type { RsyncRun } from '../../src/sync/rsync-run.js'
import { SshConnections } from '../../src/sync/ssh/ssh-connections.js'

describe('what a source may have run at the destination', () => {
  it.each(['-logDtpre.iLsfxCIvu', '-nlogDtprcze.LsfxCIvu', '--log-format=%i', '--delete-delay', '--usermap=*:1000'])(
    'is %s',
    (word) => expect(word).toMatch(allowedWord),
  )

  it.each([
    '--sender',
    '--daemon',
    '--config=/tmp/x',
    '--log-file=/etc/passwd',
    '--files-from=/etc/shadow',
    '--backup-dir=/tmp',
    '--temp-dir=/etc',
    '--copy-dest=/root',
    ';reboot',
    '$(reboot)',
    '--usermap=$(reboot)',
    '/etc',
    '..',
  ])('is not %s', (word) => expect(word).not.toMatch(allowedWord))
})

describe('options of rsync', () => {
  const run = (options: RsyncRun['rule']['options'], exclude: readonly string[] = []): RsyncRun => ({
    connections: new SshConnections(),
    rule: { source: './a/', delete: false, exclude, ...(options && { options }) },
    source: { machine: { kind: 'here' }, paths: ['/a/'], mounted: [] },
    target: { machine: { kind: 'here' }, path: '/b/', mounted: [], owner: undefined },
    dryRun: false,
    onEntry: () => undefined,
  })

  it('put what is included before what is excluded', () => {
    const words = rsyncOptions(run({ include: ['*/', '*.flac'] }, ['*']))
    expect(words.slice(words.indexOf('--filter=+ */'))).toEqual(['--filter=+ */', '--filter=+ *.flac', '--filter=- *'])
  })

  it.each([
    ['/srv/music', '/music/lost+found/'],
    ['/srv/m[u]sic', String.raw`/m\[u]sic/lost+found/`],
    [String.raw`/srv/mu\sic`, String.raw`/mu\sic/lost+found/`],
    [String.raw`/srv/mu\s*c`, String.raw`/mu\\s\*c/lost+found/`],
  ])('leave the lost+found of %s alone, as rsync reads patterns', (path, pattern) => {
    const named = { ...run(undefined), source: { machine: { kind: 'here' as const }, paths: [path], mounted: [] } }
    expect(rsyncOptions(named)).toContain(`--filter=- ${pattern}`)
  })

  it('say each option that a rule sets, and none that it does not', () => {
    const all = { chmod: 'D755,F644', checksum: true, bandwidthKiBps: 10, compress: true, partial: true }
    const said = ['--chmod=D755,F644', '--checksum', '--compress', '--bwlimit=10', '--partial-dir=.evenkeel-partial']
    expect(rsyncOptions(run(all)).filter((word) => said.includes(word))).toEqual(said)
    expect(rsyncOptions(run(undefined)).filter((word) => said.includes(word))).toEqual([])
  })
})
