import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shellWord } from '../../src/core/shell-words.js'
import type { CopyFigures, CopyPlace, CopyRule, HostAccess, SyncPort } from '../../src/executor/ports.js'
import { SshConnections } from '../../src/sync/ssh/ssh-connections.js'
import { createSync } from '../../src/sync/sync.js'
import { Servers } from '../hosts/support.js'
import { describeHosts, operator, sshRule, unlessHosts } from '../sandbox/hosts/support.js'

/** A path that somebody along the way has a mind of their own about, and what they would take it for. */
const odd =
  'd[a]ta/st*r/es\\[c]/[!b]/back\\slash/it\'s "q" $HOME `id` {x,y};&/ blank /~/-rf/@stamp@/co:lon/é/line\nend/"'
const neighbour = odd.replace('d[a]ta/st*r/es\\[c]/[!b]', 'data/star/es[c]/a')

type End = 'here' | 'web' | 'db' | 'nobody'

describeHosts(`a path is that path${unlessHosts}`, () => {
  let servers: Servers
  let base: string
  let sync: SyncPort
  let connections: SshConnections
  const access = new Map<End, HostAccess>()
  const { PATH } = process.env

  beforeAll(async () => {
    servers = await Servers.start()
    const [web, db] = [await servers.boot('web'), await servers.boot('db')]
    access.set('web', web).set('db', db)
    const addresses = [web, db].map(({ privateIp = '' }) => privateIp)
    const between = sshRule(`${addresses[0]}/32`, addresses[1] ?? '')
    await servers.sandbox.setRules([...addresses.map((address) => sshRule(operator, address)), between])
    base = await mkdtemp(join(tmpdir(), 'evenkeel-paths-'))
    await letOwnSshKnow(db)
    sync = createSync({ baseDirectory: base, temporaryDirectory: base })
    connections = new SshConnections(base)
  })
  afterAll(async () => {
    process.env['PATH'] = PATH
    await sync?.close()
    await connections?.close()
    await servers?.stop()
    if (base) await rm(base, { recursive: true, force: true })
  })

  /** `admin@nobodys` is the second server for whoever asks the operator's own ssh. */
  const letOwnSshKnow = async ({ hostname, hostKey, privateKeyPath = '' }: HostAccess) => {
    const own = join(base, 'own')
    await mkdir(own)
    await writeFile(join(own, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${own}/conf "$@"\n`)
    await chmod(join(own, 'ssh'), 0o755)
    await writeFile(join(own, 'known'), `nobodys ${hostKey}\n`)
    const lines = [`HostName ${hostname}`, `IdentityFile ${privateKeyPath}`, `UserKnownHostsFile ${own}/known`]
    await writeFile(join(own, 'conf'), `Host nobodys\n${[...lines, 'HostKeyAlias nobodys'].join('\n')}\n`)
    process.env['PATH'] = `${own}:${PATH ?? ''}`
  }

  /** Runs a script as the login user; here and on servers alike. */
  const on = async (end: End, script: string): Promise<string> => {
    const server = access.get(end === 'nobody' ? 'db' : end)
    if (server) {
      const { exitCode, stdout, stderrTail } = await connections.runScript(server, `set -e\n${script}\n`, 'user')
      if (exitCode !== 0) throw new Error(stderrTail)
      return stdout
    }
    const { status, stdout, stderr } = spawnSync('sh', ['-es'], { input: script, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return stdout
  }
  /** A folder of one test's own: absolute, but on a machine of nobody's, where it is relative to the home. */
  const folder = async (end: End, name: string): Promise<string> => {
    if (end === 'here') return join(base, name)
    if (end === 'nobody') return name
    await on(end, `sudo mkdir -m 777 /srv/${name}`)
    return `/srv/${name}`
  }
  const place = (end: End, path: string): CopyPlace => {
    const server = access.get(end)
    return server ? { access: server, path } : end === 'nobody' ? { host: 'admin@nobodys', path } : { path }
  }
  const write = (root: string, ...paths: readonly string[]) =>
    paths
      .map((path) => shellWord(`${root}/${path}`))
      .map((word) => `mkdir -p -- "$(dirname -- ${word})" && echo content > ${word}`)
      .join('\n')
  const filesIn = async (end: End, root: string) =>
    (await on(end, `cd ${shellWord(root)} && find . -type f -print0`)).split('\0').slice(0, -1).toSorted()
  const counts = ({ filesCreated, filesChanged, filesDeleted }: CopyFigures) => [
    filesCreated,
    filesChanged,
    filesDeleted,
  ]

  test.concurrent.each<readonly [from: End, to: End, way: 'straight' | 'relayed' | 'whole']>([
    ['here', 'here', 'straight'],
    ['here', 'web', 'straight'],
    ['here', 'web', 'whole'],
    ['web', 'here', 'straight'],
    ['web', 'web', 'straight'],
    ['web', 'db', 'straight'],
    ['web', 'db', 'relayed'],
    ['here', 'nobody', 'straight'],
    ['nobody', 'here', 'straight'],
    ['nobody', 'web', 'straight'],
    ['web', 'nobody', 'straight'],
    ['nobody', 'nobody', 'straight'],
  ])('from %s to %s (%s)', async (from, to, way) => {
    const name = `${from}-${to}-${way}`
    const [source, target] = [await folder(from, `${name}-source`), await folder(to, `${name}-target`)]
    const others = ['[s]everal/back\\sl*sh/song', 'several/back\\slash/wrong', '[f]ile', 'file']
    await on(from, write(source, `${odd}/song`, `${neighbour}/wrong`, ...others))
    await on(to, write(target, `${odd}/stale`, `${neighbour}/precious`, 'new/precious', 'g/precious'))
    const rule = (...paths: readonly string[]): CopyRule => ({
      name: 'odd',
      source: paths.map((path) => place(from, `${source}/${path}`)),
      delete: true,
      exclude: [],
      relayed: way === 'relayed',
      keepAll: way === 'whole',
    })
    const destination = (path: string) => place(to, `${target}/${path}`)
    const copy = async (what: CopyRule, path: string) => counts(await sync.copy(what, destination(path), () => {}))

    expect(counts(await sync.compare(rule(`${odd}/`), destination(`${odd}/`)))).toEqual([1, 0, 1])
    expect(await copy(rule(`${odd}/`), `${odd}/`)).toEqual([1, 0, 1])
    expect(counts(await sync.compare(rule(`${odd}/`), destination(`${odd}/`)))).toEqual([0, 0, 0])
    // Directories by their own names, and a file, into a directory that is not there yet.
    expect(await copy(rule('[s]everal/back\\sl*sh', 'd[a]ta', '[f]ile'), '[n]ew/')).toEqual([3, 0, 0])
    // One file under another name.
    expect(await copy({ ...rule('[f]ile'), delete: false }, '[g]')).toEqual([1, 0, 0])
    const untouched = [`./${neighbour}/precious`, './new/precious', './g/precious']
    const copied = [`./${odd}/song`, './[n]ew/back\\sl*sh/song', `./[n]ew/${odd}/song`, './[n]ew/[f]ile', './[g]']
    expect(await filesIn(to, target)).toEqual([...untouched, ...copied].toSorted())
  })
})
