import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CopyPlace, CopyFigures, CopyRule, HostAccess, HostPort, SyncPort } from '../../src/executor/ports.js'
import { createHosts } from '../../src/hosts/hosts.js'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import { createSync } from '../../src/sync/sync.js'
import { Servers } from '../hosts/support.js'
import { describeHosts, unlessHosts } from '../sandbox/hosts/support.js'

describeHosts(`copies to a server${unlessHosts}`, () => {
  let servers: Servers
  let access: HostAccess
  let hosts: HostPort
  let sync: SyncPort
  let base: string
  let turn = 0
  let destination: CopyPlace & { readonly access: HostAccess }

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts()
    base = await mkdtemp(join(tmpdir(), 'evenkeel-sync-test-'))
    sync = createSync({ baseDirectory: base, temporaryDirectory: base })
  })
  afterAll(async () => {
    hosts.close()
    await sync.close()
    await servers.stop()
    await rm(base, { recursive: true, force: true })
  })
  beforeEach(async () => {
    turn += 1
    destination = { access, path: `/srv/t${turn}/` }
    await rm(join(base, 'music'), { recursive: true, force: true })
    await mkdir(join(base, 'music'))
  })

  const rule = (changes: Partial<CopyRule> = {}): CopyRule => ({
    source: './music/',
    delete: false,
    exclude: [],
    ...changes,
  })
  const write = async (name: string, text = name) => {
    await mkdir(join(base, 'music', name, '..'), { recursive: true })
    await writeFile(join(base, 'music', name), text)
  }
  const copy = (changes?: Partial<CopyRule>, to = destination) => sync.copy(rule(changes), to, () => {})
  const counts = ({ filesCreated, filesChanged, filesDeleted, bytes }: CopyFigures) => [
    filesCreated,
    filesChanged,
    filesDeleted,
    bytes,
  ]
  const on = async (command: string): Promise<string> => {
    const lines: string[] = []
    await hosts.run(access, command, (line) => lines.push(line))
    return lines.join('\n')
  }

  test('the figures of a comparison are those of the copy, and nothing is left to do then', async () => {
    await write('a/one', '1')
    await write('a/two', '22')
    await write('three', '333')
    await mkdir(join(base, 'music/empty'))
    await symlink('three', join(base, 'music/link'))
    const planned = await sync.compare(rule(), destination)
    expect(counts(planned)).toEqual([5, 0, 0, 6])
    expect(await sync.compare(rule(), undefined)).toEqual(planned)
    expect(await copy()).toEqual(planned)
    expect(counts(await sync.compare(rule(), destination))).toEqual([0, 0, 0, 0])
    expect(await on(`cd ${destination.path} && cat a/one a/two three link; stat -c '%U:%G %n' . a a/one link`)).toBe(
      '122333333admin:admin .\nadmin:admin a\nadmin:admin a/one\nadmin:admin link',
    )
  })

  test('one copy at a time writes to a place, however that is written, and a comparison waits for none', async () => {
    await write('song', 'la')
    // Each place that was copied to before has one.
    await on('sudo rm -f /run/evenkeel-copy-*.lock')
    await copy()
    await write('more', 'lala')
    // What a killed run has left, as far as another copy can tell; it has the lock before it says so.
    const files = await on('ls /run/evenkeel-copy-*.lock')
    const left = hosts.run(
      access,
      `sudo flock ${files} sh -c 'touch /tmp/has; sleep 2; ls ${destination.path} > /tmp/during'`,
      () => {},
    )
    await on('until [ -e /tmp/has ]; do sleep 0.05; done')
    expect((await sync.compare(rule(), destination)).filesCreated).toBe(1)
    await copy({}, { ...destination, path: `${destination.path.slice(0, -1)}/.` })
    await left
    expect(await on(`cat /tmp/during; ls ${destination.path}`)).toBe('song\nmore\nsong')
  })

  test('one that must not go on ends, here and on the server', async () => {
    await write('large', 'x'.repeat(20_000_000))
    const losing = new AbortController()
    const options = { bandwidthKiBps: 200 }
    const ended = sync.copy(rule({ options }), destination, () => {}, losing.signal)
    await on(`until pgrep -x rsync; do sleep 0.05; done`)
    losing.abort(new Error('the lock is lost'))
    await expect(ended).rejects.toThrow('the lock is lost')
    expect(
      await on(
        `n=0; while pgrep -x rsync > /dev/null && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.05; done; pgrep -x rsync || echo none`,
      ),
    ).toBe('none')
    await expect(sync.copy(rule(), destination, () => {}, losing.signal)).rejects.toThrow('the lock is lost')
  })

  test('changes, deletions and names are told, and what they touch alone is copied', async () => {
    for (const name of ['same', 'longer', 'touched', 'mode', 'gone/x', 'gone/y']) await write(name)
    await copy()
    await write('longer', 'much longer')
    await utimes(join(base, 'music/touched'), 1, 1)
    await chmod(join(base, 'music/mode'), 0o600)
    await rm(join(base, 'music/gone'), { recursive: true })
    await write('new')
    const planned = await sync.compare(rule({ delete: true }), destination)
    expect(counts(planned)).toEqual([1, 3, 2, 'much longernewtouched'.length])
    expect([...planned.sample].sort()).toEqual(['+ new', '- gone/x', '- gone/y', '~ longer', '~ mode', '~ touched'])
    expect(counts(await sync.compare(rule(), destination))).toEqual([1, 3, 0, 'much longernewtouched'.length])
    expect(await copy({ delete: true })).toEqual(planned)
    expect(await on(`ls -A ${destination.path}`)).toBe('longer\nmode\nnew\nsame\ntouched')
    expect(counts(await sync.compare(rule({ delete: true }), destination))).toEqual([0, 0, 0, 0])
  })

  test('a file changed on the server is found and put right', async () => {
    await write('song')
    await copy()
    await on(`echo other > ${destination.path}song`)
    expect((await sync.compare(rule(), destination)).sample).toEqual(['~ song'])
    expect((await copy()).filesChanged).toBe(1)
    expect(await on(`cat ${destination.path}song`)).toBe('song')
  })

  test('owner and mode of a directory that was there are left alone, and lost+found too', async () => {
    await on(
      `sudo mkdir -p ${destination.path}lost+found && sudo chown root:adm ${destination.path} && sudo chmod 2770 ${destination.path}`,
    )
    await write('a')
    await write('lost+found/mine')
    expect(counts(await sync.compare(rule({ delete: true }), destination))).toEqual([1, 0, 0, 1])
    await copy({ delete: true })
    expect(counts(await sync.compare(rule({ delete: true }), destination))).toEqual([0, 0, 0, 0])
    expect(
      await on(`stat -c '%U:%G %a' ${destination.path}; sudo ls ${destination.path} ${destination.path}lost+found`),
    ).toBe(`root:adm 2770\n${destination.path}:\na\nlost+found\n\n${destination.path}lost+found:`)
  })

  test("a source without a trailing slash is copied as a directory, as rsync's rule has it", async () => {
    await write('a')
    await copy({ source: 'music' })
    expect(await on(`cd ${destination.path} && find . -type f`)).toBe('./music/a')
  })

  test('a single file is copied into a directory, or under another name', async () => {
    await write('a')
    await copy({ source: 'music/a' })
    await copy({ source: 'music/a' }, { access, path: `${destination.path}deep/b` })
    expect(await on(`cd ${destination.path} && find . -type f | sort`)).toBe('./a\n./deep/b')
    expect(
      counts(await sync.compare(rule({ source: 'music/a' }), { access, path: `${destination.path}deep/b` })),
    ).toEqual([0, 0, 0, 0])
  })

  test('names may hold anything, on both sides', async () => {
    const names = [
      'with blank',
      "it's",
      '"quoted"',
      'a\nb',
      'back\\slash',
      'ä ☃',
      '-rf',
      '$(touch x)',
      '*',
      'co:lon',
      '\\#012',
      '~',
    ]
    for (const name of names) await write(`${name}/${name}`, 'x')
    const path = `/srv/t${turn} [a]*'"\\ é/`
    const to = { access, path }
    const planned = await sync.compare(rule(), to)
    expect(counts(planned)).toEqual([names.length, 0, 0, names.length])
    expect(await copy({}, to)).toEqual(planned)
    expect(counts(await sync.compare(rule({ delete: true }), to))).toEqual([0, 0, 0, 0])
    expect(await on(`ls -d /srv/t${turn}*`)).toBe(path.slice(0, -1))
    await rm(join(base, 'music'), { recursive: true })
    await mkdir(join(base, 'music'))
    const removed = await copy({ delete: true }, to)
    expect(removed.filesDeleted).toBe(names.length)
    expect(removed.sample).toHaveLength(10)
  })

  test('excluded files are neither copied, nor deleted, nor part of the digest', async () => {
    await write('a.txt')
    const digest = await sync.sourceDigest(rule({ exclude: ['*.tmp'] }))
    await write('b.tmp')
    expect(await sync.sourceDigest(rule({ exclude: ['*.tmp'] }))).toBe(digest)
    await copy({ exclude: ['*.tmp'] })
    await on(`touch ${destination.path}server.tmp`)
    expect(counts(await sync.compare(rule({ exclude: ['*.tmp'], delete: true }), destination))).toEqual([0, 0, 0, 0])
    expect(await on(`ls ${destination.path}`)).toBe('a.txt\nserver.tmp')
  })

  test('progress comes in bytes and ends with all of them', async () => {
    await write('big', 'x'.repeat(20_000_000))
    await write('small', 'x')
    const progress: number[] = []
    const figures = await sync.copy(rule(), destination, (bytes) => progress.push(bytes))
    expect(progress.at(-1)).toBe(20_000_001)
    expect(figures.bytes).toBe(20_000_001)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  test('ten thousand small files are counted and copied', async () => {
    for (let directory = 0; directory < 10; directory += 1) {
      await mkdir(join(base, `music/d${directory}`))
      await Promise.all(
        Array.from({ length: 1000 }, (_, file) => writeFile(join(base, `music/d${directory}/f${file}`), 'x')),
      )
    }
    expect(counts(await copy())).toEqual([10_000, 0, 0, 10_000])
    expect(await on(`find ${destination.path} -type f | wc -l`)).toBe('10000')
    expect(counts(await sync.compare(rule(), destination))).toEqual([0, 0, 0, 0])
    await rm(join(base, 'music/d3/f3'))
    expect(counts(await sync.compare(rule({ delete: true }), destination))).toEqual([0, 0, 1, 0])
  })

  test('a full destination says so', async () => {
    const volumeId = await servers.attach(access, 64)
    const mount = { path: `/srv/full`, options: undefined, owner: undefined, mode: undefined }
    await hosts.makeFilesystem(access, { volumeId, fstype: 'ext4', label: undefined, uuid: undefined })
    await hosts.mount(access, { volumeId, fstype: 'ext4', mount, fresh: true })
    await write('big', 'x'.repeat(80_000_000))
    await expect(copy({}, { access, path: '/srv/full/' })).rejects.toMatchObject({
      code: 'SYNC_NO_SPACE',
      retryable: false,
    })
    await hosts.unmount(access, { volumeId })
  })

  test('what stands in the way of the destination is named', async () => {
    await write('a')
    await on(`sudo touch /srv/t${turn}`)
    await expect(copy()).rejects.toMatchObject({ code: 'SYNC_DESTINATION_REFUSED' })
  })

  test('a missing source is told with the path that was looked at', async () => {
    await expect(sync.compare(rule({ source: './none/' }), undefined)).rejects.toMatchObject({
      code: 'SYNC_SOURCE_MISSING',
      message: expect.stringContaining(join(base, 'none')),
    })
  })

  test('another host key, and another private key, are refused', async () => {
    await write('a')
    const other = generateOpensshKeyPair('x')
    const impostor = { access: { ...access, hostKey: other.publicKey }, path: '/srv/x/' }
    await expect(sync.compare(rule(), impostor)).rejects.toMatchObject({ code: 'HOST_KEY_MISMATCH', retryable: false })
    const privateKeyPath = join(base, 'other-key')
    await writeFile(privateKeyPath, other.privateKey, { mode: 0o600 })
    const stranger = { access: { ...access, privateKeyPath }, path: '/srv/x/' }
    await expect(sync.compare(rule(), stranger)).rejects.toMatchObject({
      code: 'HOST_AUTHENTICATION_FAILED',
      retryable: false,
    })
  })

  test('closing leaves no file and no connection behind', async () => {
    await write('a')
    const temporaryDirectory = await mkdtemp(join(tmpdir(), 'evenkeel-close-'))
    const own = createSync({ baseDirectory: base, temporaryDirectory })
    await own.compare(rule(), { access, path: '/' })
    expect(await readdir(temporaryDirectory)).toHaveLength(1)
    await own.close()
    expect(await readdir(temporaryDirectory)).toEqual([])
    await rm(temporaryDirectory, { recursive: true })
  })

  test('all that is done in a server shares one login', async () => {
    const own = createSync({ baseDirectory: base, temporaryDirectory: base })
    const logins = async () => Number(await on('sudo grep -c "Accepted publickey" /var/log/sshd.log'))
    const before = await logins()
    await write('one', '1')
    await Promise.all(
      Array.from({ length: 4 }, (_, turn) => own.copy(rule(), { access, path: `/srv/shared/${turn}/` }, () => {})),
    )
    expect(await logins()).toBe(before + 1)
    await own.close()
  })

  test('more sessions than sshd allows on one connection are served all the same', async () => {
    const own = createSync({ baseDirectory: base, temporaryDirectory: base })
    await write('one', '1')
    const copies = Array.from({ length: 16 }, (_, turn) =>
      own.copy(rule(), { access, path: `/srv/many/${turn}/` }, () => {}),
    )
    for (const figures of await Promise.all(copies)) expect(counts(figures)).toEqual([1, 0, 0, 1])
    await own.close()
  })
})
