import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import { shellCommand } from '../../src/core/shell-words.js'
import type { HostPort } from '../../src/executor/ports.js'
import { blockScripts } from '../../src/hosts/blocks/block-scripts.js'
import { createHosts } from '../../src/hosts/hosts.js'
import { hostileName, hostileWord } from '../support/stub-server/hostile-words.js'
import { mountLine, probeOutput, volumeId } from '../support/stub-server/probe-output.js'
import { expectSameTranscript } from '../support/stub-server/same-transcript.js'
import { StubServer } from '../support/stub-server/stub-server.js'

const uuid = '0b5a1e2d-1111-4222-8333-444455556666'

describe('whatever a value holds, it reaches a server as one word of one program', () => {
  let server: StubServer
  let hosts: HostPort
  beforeAll(async () => {
    server = await StubServer.start()
    hosts = createHosts()
  })
  afterAll(async () => {
    hosts?.close()
    await server?.stop()
  })

  const probes = (...found: readonly Parameters<typeof probeOutput>[0][]) => {
    server.probes = found.map(probeOutput)
  }
  const withoutComma = hostileWord().map((text) => text.replaceAll(',', ';'))
  const plainMount = { options: undefined, owner: undefined, mode: undefined }

  test.each([
    ['btrfs', 255],
    ['f2fs', 512],
    ['ntfs', 128],
  ] as const)('the label of a new %s', (fstype, bytesMax) =>
    expectSameTranscript(server, {
      fields: { label: hostileWord(bytesMax) },
      run: ({ label }) => {
        probes({})
        return hosts.makeFilesystem(server.access, {
          volumeId,
          fstype,
          label,
          uuid: fstype === 'ntfs' ? '0123456789abcdef' : uuid,
        })
      },
    }),
  )

  test.each([
    ['that is made', false],
    ['that is there', true],
  ])('a mount point %s, its options and owner', (_name, isThere) =>
    expectSameTranscript(server, {
      numRuns: 8,
      fields: { outer: hostileName(), inner: hostileName(), options: withoutComma, owner: hostileWord() },
      run: async ({ outer, inner, options, owner }) => {
        const path = join(await server.emptyDirectory(), outer, `${inner}.`)
        if (isThere) await mkdir(path, { recursive: true })
        const content = { fstype: 'ext4', uuid }
        probes({ content }, { content, mountPath: path })
        const mount = { path, options, owner, mode: '0750' }
        await hosts.mount(server.access, { volumeId, fstype: 'ext4', mount, fresh: false })
      },
    }),
  )

  test('a mount point of other options', () =>
    expectSameTranscript(server, {
      fields: { path: hostileWord(), options: withoutComma },
      run: async ({ path, options }) => {
        probes({ content: { fstype: 'ext4' }, mountPath: `/${path}` })
        const mount = { ...plainMount, path: `/${path}`, options }
        await hosts.mount(server.access, { volumeId, fstype: 'ext4', mount, fresh: false })
      },
    }))

  test('a mount point that is unmounted', () =>
    expectSameTranscript(server, {
      fields: { path: hostileWord() },
      run: ({ path }) => {
        probes({ content: { fstype: 'ext4' }, mountPath: `/${path}` })
        return hosts.unmount(server.access, { volumeId })
      },
    }))

  test.each(['xfs', 'ext4', 'jfs'] as const)('a mount point at which %s grows', (fstype) =>
    expectSameTranscript(server, {
      numRuns: 6,
      fields: { path: hostileWord() },
      run: async ({ path }) => {
        probes({ content: { fstype }, mountPath: `/${path}` })
        await writeFile(join(server.directory, 'mountinfo'), mountLine(`/${path}`, { number: '259:5', fstype }))
        // The stub of resize2fs refuses: so the filesystem is unmounted, fails to grow, and is mounted again.
        await hosts
          .growFilesystem(server.access, { volumeId, fstype, mountPath: `/${path}` })
          .catch((error: unknown) => expect([fstype, error]).toMatchObject(['ext4', { code: 'HOST_COMMAND_FAILED' }]))
      },
    }),
  )

  test('the label and UUID of a swap area that is made anew', () =>
    expectSameTranscript(server, {
      fields: { label: hostileWord(), uuid: hostileWord() },
      run: (content) => {
        probes({ content: { fstype: 'swap', ...content }, isSwappedOn: true })
        return hosts.growFilesystem(server.access, { volumeId, fstype: 'swap', mountPath: undefined })
      },
    }))

  test('a mount point that is frozen', () =>
    expectSameTranscript(server, {
      fields: { path: hostileWord() },
      run: async ({ path }) => {
        probes({ content: { fstype: 'ext4' }, mountPath: `/${path}` })
        const { thaw } = await hosts.freeze(server.access, { volumeIds: [volumeId], seconds: 60 })
        expect(await thaw()).toBe(true)
      },
    }))

  test('the words of a command', () =>
    expectSameTranscript(server, {
      fields: { first: hostileWord(), second: hostileWord() },
      run: async ({ first, second }) => {
        const [stdout, stderr] = [new PassThrough(), new PassThrough()]
        const argv = ['record', first, second]
        expect(await hosts.exec(server.access, argv, { stdin: undefined, stdout, stderr })).toBe(0)
      },
    }))

  test.each([{}, { timeoutMs: 60_000 }])('the text of a setup command (%o)', (options) =>
    expectSameTranscript(server, {
      fields: { word: hostileWord() },
      run: ({ word }) => hosts.run(server.access, shellCommand(['record', word]), () => {}, options),
    }),
  )

  test('the paths of devices whose blocks are copied', () =>
    expectSameTranscript(server, {
      numRuns: 4,
      fields: { source: hostileName(), target: hostileName() },
      run: async ({ source, target }) => {
        const directory = await server.emptyDirectory()
        const [from, to] = [join(directory, `1${source}`), join(directory, `2${target}`)]
        for (const path of [from, to]) await writeFile(path, '')
        const [device, runs] = [{ path: from, sizeBytes: 4096 }, [{ first: 0, last: 0 }]]
        const pipe = { press: 'cat', unpress: 'cat' }
        for (const argv of [
          blockScripts.hash(device, runs, 'writes'),
          blockScripts.send(device, pipe, runs),
          blockScripts.receive(device, pipe, runs),
          blockScripts.copyHere(device, to, runs),
          blockScripts.zero(device, runs),
          blockScripts.reread(device),
          blockScripts.inspect(device),
        ]) {
          const [stdout, stderr] = [new PassThrough(), new PassThrough()]
          const exitCode = await hosts.exec(server.access, argv, { stdin: undefined, stdout: stdout.resume(), stderr })
          expect({ exitCode, said: stderr.read() }).toEqual({ exitCode: 0, said: null })
        }
      },
    }))

  test('what stands in a file of authorized keys: each line goes or stays as it is', async () => {
    const [old, wanted] = [generateOpensshKeyPair(''), generateOpensshKeyPair('')]
    const privateKeyPath = join(server.directory, 'wanted')
    await writeFile(privateKeyPath, wanted.privateKey, { mode: 0o600 })
    const home = join(server.directory, 'home', '.ssh')
    await mkdir(home, { recursive: true })
    const line = hostileWord(400).map((text) => text.replaceAll(/[\r\n]/g, ' '))
    const lines = fc.array(fc.tuple(fc.boolean(), line), { minLength: 1, maxLength: 6 })
    const property = fc.asyncProperty(lines, async (written) => {
      const isOurs = ([isStale]: (typeof written)[number]) => isStale
      const texts = written.map(([isStale, text]) =>
        isStale ? `${old.publicKey} ${text} evenkeel:music/deploy` : text,
      )
      await writeFile(join(home, 'authorized_keys'), `${texts.join('\n')}\n`)
      const request = { stack: 'music', name: 'deploy', publicKey: wanted.publicKey, privateKeyPath, former: [] }
      expect(await hosts.authorizeKey(server.access, request)).toBe('done')
      const kept = texts.filter((_text, index) => !isOurs(written[index]!))
      const after = [...kept, `${wanted.publicKey} evenkeel:music/deploy`].join('\n')
      expect(await readFile(join(home, 'authorized_keys'), 'utf8')).toBe(`${after}\n`)
      expect((await server.takeTranscript()).map(([program]) => program)).not.toContain('canary')
    })
    await fc.assert(property, { numRuns: 8, endOnFailure: true })
  })
})
