import { spawnSync } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CopyPlace, CopyRule, HostAccess, SyncPort } from '../../src/executor/ports.js'
import { sshTo } from '../../src/sync/machine.js'
import { createSync } from '../../src/sync/sync.js'
import { hostileName, hostileWord } from '../support/stub-server/hostile-words.js'
import { mountLine } from '../support/stub-server/probe-output.js'
import { expectSameTranscript } from '../support/stub-server/same-transcript.js'
import { StubServer } from '../support/stub-server/stub-server.js'

describe('whatever an end of a copy is called, it is that end and nothing else', () => {
  let server: StubServer
  let other: HostAccess
  let sync: SyncPort
  beforeAll(async () => {
    server = await StubServer.start()
    other = { ...server.access, address: 'server.db' as HostAccess['address'], instanceId: 'i-0fedcba9876543210' }
    sync = createSync({ baseDirectory: server.directory, temporaryDirectory: server.directory })
  })
  afterAll(async () => {
    await sync?.close()
    await server?.stop()
  })

  const withoutColon = hostileWord(300).map((text) => text.replaceAll(':', ';'))
  const placeOf = (end: 'here' | 'web' | 'db', path: string): CopyPlace => {
    if (end === 'here') return { path }
    return { access: end === 'web' ? server.access : other, path }
  }

  test.each([
    ['here', 'web', false, ['source', 'file', 'exclude', 'include']],
    ['web', 'here', false, ['file', 'target', 'inner', 'exclude', 'include']],
    ['web', 'web', false, ['file']],
    ['web', 'db', false, ['file']],
    ['web', 'db', true, ['file']],
  ] as const)('from %s to %s (relayed: %s)', (from, to, relayed, untold) =>
    expectSameTranscript(server, {
      untold,
      isParallel: relayed,
      fields: {
        source: hostileName(),
        file: hostileName(),
        target: hostileName(),
        inner: hostileName(),
        exclude: hostileWord(200),
        include: hostileWord(200),
      },
      run: async ({ source, file, target, inner, exclude, include }) => {
        const directory = await server.emptyDirectory()
        await mkdir(join(directory, 'from', source), { recursive: true })
        await writeFile(join(directory, 'from', source, file), file)
        const mountPath = join(directory, 'to', target)
        await writeFile(join(server.directory, 'mountinfo'), mountLine(mountPath, { number: '98:0', fstype: 'ext4' }))
        const mounted = to === 'here' ? [] : [{ mountPath, number: '98:0' }]
        const rule: CopyRule = {
          name: 'library',
          source: [placeOf(from, join(directory, 'from', source))],
          delete: true,
          exclude: [`/${exclude}`],
          options: { include: [`/no/${include}`] },
          relayed,
        }
        await sync.copy(rule, { ...placeOf(to, `${join(mountPath, inner)}/`), mounted }, () => {})
        expect(await readdir(join(mountPath, inner, source))).toEqual([file])
      },
      numRuns: 3,
    }),
  )

  test('the owner of what is copied', () =>
    expectSameTranscript(server, {
      fields: { user: withoutColon, group: withoutColon },
      run: async ({ user, group }) => {
        const source = join(await server.emptyDirectory(), 'from')
        await mkdir(source)
        const rule: CopyRule = { source, delete: false, exclude: [], options: { owner: `${user}:${group}` } }
        await sync.compare(rule, placeOf('web', '/nowhere/'))
      },
    }))

  test('a directory that is there gets its owner and mode back', () =>
    expectSameTranscript(server, {
      fields: { target: hostileName() },
      run: async ({ target }) => {
        const directory = await server.emptyDirectory()
        await mkdir(join(directory, 'from'), { mode: 0o755 })
        await mkdir(join(directory, target), { mode: 0o700 })
        const rule: CopyRule = { source: `${join(directory, 'from')}/`, delete: false, exclude: [] }
        await sync.copy(rule, placeOf('web', `${join(directory, target)}/`), () => {})
      },
      numRuns: 4,
    }))

  test('a machine outside the stack whose name looks like an option of ssh makes it run nothing here', async () => {
    const directory = await server.emptyDirectory()
    const { argv, name } = sshTo({ kind: 'unmanaged', host: `-oProxyCommand=echo>${directory}/ran@far` })
    expect(spawnSync(argv[0] ?? '', [...argv.slice(1), name, 'true']).status).toBe(255)
    expect(await readdir(directory)).toEqual([])
  })
})
