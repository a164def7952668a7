import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shellCommand } from '../../src/core/shell-words.js'
import type { HostAccess, HostPort, SyncPort } from '../../src/executor/ports.js'
import { createHosts } from '../../src/hosts/hosts.js'
import { parseStack } from '../../src/spec/parse.js'
import { createSync } from '../../src/sync/sync.js'
import { describeHosts, unlessHosts } from '../sandbox/hosts/support.js'
import { hostileMountName, hostileName, hostileWord } from '../support/stub-server/hostile-words.js'
import { readFacts, Servers } from './support.js'

const ext4 = { fstype: 'ext4', uuid: undefined, owner: 'admin', mode: undefined, options: 'noatime' } as const

/** Texts that a stack file takes: what it refuses reaches no server. */
const accepted = fc
  .record({
    mount: hostileMountName(150).map((name) => `/srv/${name}`),
    label: hostileWord(16).map((text) => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '-')),
    directory: hostileName(150).map((text) => text.replaceAll(/\p{Cc}/gu, ' ')),
    names: fc.uniqueArray(hostileName(), { minLength: 3, maxLength: 6 }),
    said: hostileWord(),
  })
  .filter(({ mount, label, directory, said }) => {
    const stack = {
      evenkeel: 1,
      stack: 'hostile',
      target: 'sandbox',
      servers: { web: { image: 'ami-12345678', type: 't3.small', setup: [escaped(shellCommand(['echo', said]))] } },
      volumes: { data: { server: 'web', size: 1, mount: escaped(mount), label: escaped(label) } },
      sync: { files: { from: `./${escaped(directory)}/`, to: `volume.data/${escaped(directory)}/` } },
    }
    return parseStack({ file: 'stack.yaml', text: JSON.stringify(stack) }).ok
  })

/** In a stack file `${` begins a reference. */
const escaped = (text: string) => text.replaceAll('${', '$${')

describeHosts(`hostile values on a real host${unlessHosts}`, () => {
  let servers: Servers
  let access: HostAccess
  let hosts: HostPort
  let sync: SyncPort
  let base: string
  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts()
    base = await mkdtemp(join(tmpdir(), 'evenkeel-hostile-'))
    sync = createSync({ baseDirectory: base, temporaryDirectory: base })
    await on('sh', '-c', `printf '#!/bin/sh\\ntouch /tmp/ran\\n' | sudo tee /usr/local/bin/canary > /dev/null`)
    await on('sudo', 'chmod', '755', '/usr/local/bin/canary')
  })
  afterAll(async () => {
    hosts?.close()
    await sync?.close()
    await servers?.stop()
    if (base) await rm(base, { recursive: true, force: true })
  })

  const on = async (...argv: readonly string[]): Promise<string> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const chunks: Buffer[] = []
    stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    const exitCode = await hosts.exec(access, argv, { stdin: undefined, stdout, stderr })
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode} ${String(stderr.read())}`)
    return Buffer.concat(chunks).toString('utf8')
  }

  test('arrive at mounts, fstab, labels, copies and commands as they are, and run nothing', async () => {
    const property = fc.asyncProperty(accepted, async ({ mount: path, label, directory, names, said }) => {
      const volumeId = await servers.attach(access, 16)
      const mount = { ...ext4, path }
      const source = join(base, 'from', directory)
      await rm(join(base, 'from'), { recursive: true, force: true })
      await mkdir(source, { recursive: true })
      for (const name of names) await writeFile(join(source, name), name)

      await hosts.makeFilesystem(access, { volumeId, fstype: 'ext4', label, uuid: undefined })
      await hosts.mount(access, { volumeId, fstype: 'ext4', mount, fresh: true })
      await hosts.writeFstab(access, { volumeId, fstype: 'ext4', mount })
      const seen = readFacts(await hosts.probe(access))
      expect(seen.devices.find((device) => device.volumeId === volumeId)?.content?.label).toBe(label)
      expect(seen.mounts.find((found) => found.volumeId === volumeId)?.path).toBe(path)
      // By the line in fstab alone, as at a boot.
      await on('sudo', 'umount', '--', path)
      await on('sudo', 'mount', '--', path)

      const mounted = await hosts.checkMounted(access, { volumeId, mountPath: path })
      const to = { access, path: `${path}/${directory}/`, mounted: [mounted] }
      const rule = { name: 'files', source: `${source}/`, delete: true, exclude: [] }
      const planned = await sync.compare(rule, to)
      expect(await sync.copy(rule, to, () => {})).toEqual(planned)
      const listed = await on('find', `${path}/${directory}`, '-type', 'f', '-printf', '%f\\0')
      expect(listed.split('\0').slice(0, -1).toSorted()).toEqual(names.toSorted())

      await hosts.run(access, shellCommand(['sh', '-c', 'printf %s "$1" > /tmp/said', 'sh', said]), () => {})
      expect(await on('cat', '/tmp/said')).toBe(said)
      await hosts.unmount(access, { volumeId })
      expect(await on('cat', '/etc/fstab')).not.toContain(volumeId)
      await on('test', '!', '-e', '/tmp/ran')
    })
    await fc.assert(property, { numRuns: 3, endOnFailure: true })
  })
})
