import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostAccess, HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { guarded } from '../../../src/sync/mount-guard.js'
import type { MountSpec } from '../../../src/model/kinds/volume.js'
import { shellWord } from '../../../src/core/shell-words.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { readFacts, Servers } from '../support.js'

describeHosts(`mounts${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let access: HostAccess
  let volumeId: string

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts()
    volumeId = await blank()
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  /** A new volume with an ext4 on it. */
  const blank = async () => {
    const id = await servers.attach(access, 64)
    await hosts.makeFilesystem(access, { volumeId: id, fstype: 'ext4', label: undefined, uuid: undefined })
    return id
  }
  const mount = (path: string, changes: Partial<MountSpec> & { volumeId?: string; fresh?: boolean } = {}) =>
    hosts.mount(access, {
      volumeId: changes.volumeId ?? volumeId,
      fstype: 'ext4',
      mount: { path, options: undefined, owner: undefined, mode: undefined, ...changes },
      fresh: changes.fresh ?? false,
    })
  const unmount = () => hosts.unmount(access, { volumeId })
  const on = async (command: string): Promise<string> => {
    const lines: string[] = []
    await hosts.run(access, command, (line) => lines.push(line))
    return lines.join('\n')
  }
  const top = (path: string) => on(`stat -c '%U:%G %a' '${path}'`)

  test('owner, mode and options are set, and set again when they were changed', async () => {
    expect(await mount('/srv/a', { owner: 'admin:adm', mode: '2770', options: 'noatime,nodev' })).toBe('done')
    expect(await top('/srv/a')).toBe('admin:adm 2770')
    expect(await mount('/srv/a', { owner: 'admin:adm', mode: '2770', options: 'noatime,nodev' })).toBe('unchanged')
    await on('sudo chown root /srv/a; sudo chmod 700 /srv/a')
    expect(await mount('/srv/a', { owner: 'admin', mode: '0755', options: 'noatime' })).toBe('done')
    expect(await top('/srv/a')).toBe('admin:adm 755')
    expect(await on('findmnt -no OPTIONS /srv/a')).toBe('rw,noatime')
    expect(await mount('/srv/a')).toBe('done')
    expect(await on('findmnt -no OPTIONS /srv/a')).toBe('rw,relatime')
    expect(await mount('/srv/a')).toBe('unchanged')
    expect(await mount('/srv/a', { options: 'ro,noatime' })).toBe('done')
    expect(await on('findmnt -no OPTIONS /srv/a')).toMatch(/^ro,noatime/)
    await unmount()
    await expect(mount('/srv/a', { owner: 'nobody-of-that-name' })).rejects.toMatchObject({
      code: 'HOST_FILESYSTEM_UNSUPPORTED',
      message: expect.stringContaining('nobody-of-that-name'),
    })
    await unmount()
  })

  test('only a new filesystem is given to the login user', async () => {
    await mount('/srv/fresh')
    await on('sudo chown root:root /srv/fresh')
    expect(await mount('/srv/fresh', { fresh: false })).toBe('unchanged')
    expect(await mount('/srv/fresh', { fresh: true })).toBe('done')
    expect(await top('/srv/fresh')).toBe('admin:admin 755')
    await unmount()
  })

  test('a mount point that is used by something else is refused, and told by what', async () => {
    await on(
      'sudo mkdir -p /srv/full/lost+found /srv/real; sudo touch /srv/full/b "/srv/full/a b" /srv/file; sudo ln -sfn /srv/real /srv/link',
    )
    const refusals: readonly (readonly [string, string])[] = [
      ['/srv/full', 'the directory is not empty, and its content would be hidden: a b, b'],
      ['/srv/file', 'it is no directory'],
      ['/srv/link', 'symbolic link to /srv/real'],
      ['/srv/link/below', 'symbolic link to /srv/real/below'],
      ['/run', 'run (tmpfs) is mounted there'],
    ]
    for (const [path, message] of refusals) {
      await expect(mount(path)).rejects.toMatchObject({
        code: 'HOST_MOUNT_POINT_TAKEN',
        message: expect.stringContaining(message),
      })
    }
    expect(await on('ls /srv/real')).toBe('')
    await on('sudo rm /srv/full/*b')
    expect(await mount('/srv/full')).toBe('done')
    await unmount()
  })

  test('a mount in use is not unmounted, and its holders are named', async () => {
    await mount('/srv/a [b]', { owner: 'admin' })
    await on(
      "cd '/srv/a [b]' && { sleep 60 > held 2>&1 & }; echo $! > /tmp/holder; mkdir inner; sudo mount -t tmpfs none inner",
    )
    const pid = await on('cat /tmp/holder')
    const held: MountSpec = { path: '/srv/a [b]', options: undefined, owner: undefined, mode: undefined }
    await hosts.writeFstab(access, { volumeId, fstype: 'ext4', mount: held })
    const fstab = await on('cat /etc/fstab')
    const refused = unmount()
    await expect(refused).rejects.toMatchObject({ code: 'HOST_BUSY', retryable: false })
    const { message } = (await refused.catch((error: unknown) => error)) as Error
    expect(message).toContain(`sleep 60 (pid ${pid}, user admin): working directory /srv/a [b]`)
    // It is mounted again after a reboot meanwhile.
    expect(await on('cat /etc/fstab')).toBe(fstab)
    await on(`kill ${pid}`)
    await expect(unmount()).rejects.toMatchObject({
      message: expect.stringContaining('/srv/a [b]/inner is mounted inside it'),
    })
    await on("sudo umount '/srv/a [b]/inner'")
    expect(await unmount()).toBe('done')
    expect(await on('grep -c evenkeel /etc/fstab || true')).toBe('0')
  })

  test('a copy of a volume beside its original is refused, since both have one UUID', async () => {
    await servers.sandbox.backend.createSnapshot('snap-1', volumeId)
    const copy = await servers.attach(access, 64, 'snap-1')
    await expect(mount('/srv/copy', { volumeId: copy })).rejects.toMatchObject({
      code: 'HOST_DUPLICATE_UUID',
      message: expect.stringContaining(volumeId),
    })
    await servers.sandbox.backend.detachVolume(copy, { force: false })
  })

  test('fstab is edited by several volumes at once, and lines of others stay as they are', async () => {
    const others = [volumeId, await blank(), await blank(), await blank()]
    const foreign = '# by hand\n\tLABEL=none   /srv/by-hand  auto noauto,nofail 0 0   # ä\n'
    await on(
      `printf '${foreign.replaceAll('\n', String.raw`\n`)}' | sudo tee /etc/fstab > /dev/null; sudo chmod 640 /etc/fstab`,
    )
    const specOf = (path: string): MountSpec => ({ path, options: undefined, owner: undefined, mode: undefined })
    const write = (id: string, at: number) =>
      hosts.writeFstab(access, { volumeId: id, fstype: 'ext4', mount: specOf(`/srv/v${at}`) })
    expect(await Promise.all(others.map(write))).toEqual(['done', 'done', 'done', 'done'])
    expect(
      readFacts(await hosts.probe(access))
        .fstab.map(({ path }) => path)
        .sort(),
    ).toEqual(['/srv/by-hand', ...others.map((_id, at) => `/srv/v${at}`)])
    expect(await on('stat -c %a /etc/fstab; sudo ls /etc | grep -c fstab')).toBe('640\n1')
    await expect(
      hosts.writeFstab(access, { volumeId, fstype: 'ext4', mount: specOf('/srv/by-hand') }),
    ).rejects.toMatchObject({ code: 'HOST_FSTAB_CONFLICT', message: expect.stringContaining('LABEL=none') })
    expect(await Promise.all(others.map((id) => hosts.unmount(access, { volumeId: id })))).toEqual(
      Array(4).fill('done'),
    )
    expect(`${await on('sudo cat /etc/fstab')}\n`).toBe(foreign)
    await on('sudo truncate -s 0 /etc/fstab')
  })

  test('a mount point is that path, whatever its name could be taken for', async () => {
    const path = `/srv/d[a]ta/*?'"$HOME#{x,y};&\\ \`id\``
    const spec: MountSpec = { path, options: undefined, owner: 'admin', mode: undefined }
    await on('sudo mkdir -p /srv/data/other; sudo touch /srv/data/other/precious')
    expect(await hosts.mount(access, { volumeId, fstype: 'ext4', mount: spec, fresh: false })).toBe('done')
    expect(await hosts.writeFstab(access, { volumeId, fstype: 'ext4', mount: spec })).toBe('done')
    await on(`cd / && sudo umount -- ${shellWord(path)} && sudo mount -a && findmnt -- ${shellWord(path)}`)
    expect(await hosts.mount(access, { volumeId, fstype: 'ext4', mount: spec, fresh: false })).toBe('unchanged')
    const { mounts, fstab } = readFacts(await hosts.probe(access))
    expect([mounts.find((mount) => mount.volumeId === volumeId)?.path, ...fstab.map((line) => line.path)]).toEqual([
      path,
      path,
    ])
    expect(await unmount()).toBe('done')
    expect(await on('ls /srv/data /srv/data/other; findmnt /srv/data || :')).toBe(
      '/srv/data:\nother\n\n/srv/data/other:\nprecious',
    )
  })

  test('a volume that something else hides is not taken for mounted, on top of it or above it', async () => {
    await mount('/srv/deep/music')
    const request = { volumeId, mountPath: '/srv/deep/music' }
    const found = await hosts.checkMounted(access, request)
    const machine = { kind: 'unmanaged', host: 'server.web' } as const
    const guard = () => on(guarded([{ machine, mounted: [found] }], 'echo ran'))
    expect(await guard()).toBe('ran')
    for (const path of ['/srv/deep/music', '/srv/deep']) {
      await on(`sudo mount -t tmpfs none ${path} && sudo mkdir -p /srv/deep/music`)
      await expect(hosts.checkMounted(access, request)).rejects.toMatchObject({
        code: 'HOST_NOT_MOUNTED',
        message: expect.stringContaining(`none (tmpfs) at ${path} is what is seen there`),
        hint: expect.stringContaining(`unmount ${path} on the server`),
      })
      await expect(guard()).rejects.toThrow('not mounted any more: server.web:/srv/deep/music')
      await on(`sudo umount ${path}`)
    }
    expect(await hosts.checkMounted(access, request)).toEqual(found)
    await unmount()
  })

  test('after a reboot the volume is mounted by the managed line', async () => {
    const spec: MountSpec = { path: '/srv/my music', options: undefined, owner: undefined, mode: undefined }
    await hosts.mount(access, { volumeId, fstype: 'ext4', mount: spec, fresh: false })
    await hosts.writeFstab(access, { volumeId, fstype: 'ext4', mount: spec })
    const boot = await on('cut -d" " -f22 /proc/1/stat')
    await servers.reboot(access, [volumeId])
    expect(await on('cut -d" " -f22 /proc/1/stat')).not.toBe(boot)
    expect(await on('findmnt -no TARGET "/srv/my music"')).toBe('/srv/my music')
    expect(await unmount()).toBe('done')
  })
})
