import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostAccess, HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import type { Fstype } from '../../../src/model/inside/fstype.js'
import type { MountSpec } from '../../../src/model/kinds/volume.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { readFacts, Servers } from '../support.js'

const mebibyte = 2 ** 20
const uuid = 'c0ffee00-1234-4abc-8def-0123456789ab'

describeHosts(`filesystems${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let access: HostAccess

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts()
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  const mountAt = (path: string, changes: Partial<MountSpec> = {}): MountSpec => ({
    path,
    options: undefined,
    owner: undefined,
    mode: undefined,
    ...changes,
  })
  /** But for the root disk's. */
  const facts = async () => {
    const read = readFacts(await hosts.probe(access))
    return { ...read, mounts: read.mounts.filter(({ path }) => path !== '/') }
  }
  const deviceOf = async (volumeId: string) => (await facts()).devices.find((device) => device.volumeId === volumeId)
  const on = async (command: string): Promise<string> => {
    const lines: string[] = []
    await hosts.run(access, command, (line) => lines.push(line))
    return lines.join('\n')
  }
  const detach = (volumeId: string) => servers.sandbox.backend.detachVolume(volumeId, { force: false })

  test.each<{ fstype: Fstype; sizeMiB: number; uuid: string | undefined; label: string }>([
    { fstype: 'ext2', sizeMiB: 64, uuid, label: 'my music' },
    { fstype: 'ext3', sizeMiB: 64, uuid, label: 'my music' },
    { fstype: 'ext4', sizeMiB: 64, uuid, label: 'Bücher "1"' },
    { fstype: 'xfs', sizeMiB: 320, uuid, label: 'my_music' },
    { fstype: 'btrfs', sizeMiB: 128, uuid, label: 'my music' },
    { fstype: 'ntfs', sizeMiB: 64, uuid: '1234567890ABCDEF', label: 'my music' },
  ])('$fstype is made, mounted, written to fstab, grown and unmounted', async ({ fstype, sizeMiB, uuid, label }) => {
    const volumeId = await servers.attach(access, sizeMiB)
    const mount = mountAt(`/srv/${fstype} data`)
    const make = { volumeId, fstype, label, uuid }
    expect((await deviceOf(volumeId))?.content).toBeUndefined()
    expect(await hosts.makeFilesystem(access, make)).toBe('done')
    expect(await hosts.makeFilesystem(access, make)).toBe('unchanged')
    expect((await deviceOf(volumeId))?.content).toMatchObject({ fstype, label, uuid })

    expect(await hosts.mount(access, { volumeId, fstype, mount, fresh: true })).toBe('done')
    expect(await hosts.mount(access, { volumeId, fstype, mount, fresh: true })).toBe('unchanged')
    expect(await hosts.writeFstab(access, { volumeId, fstype, mount })).toBe('done')
    expect(await hosts.writeFstab(access, { volumeId, fstype, mount })).toBe('unchanged')
    expect(
      await on(`findmnt -rno FSTYPE,UUID --target '${mount.path}'; findmnt --verify > /dev/null && echo good`),
    ).toContain('good')
    await on(`echo hello > '${mount.path}/file'`)
    const mounted = await facts()
    expect(mounted.fstab).toEqual([{ source: `UUID=${uuid}`, path: mount.path, fstype, options: 'defaults,nofail' }])
    expect(mounted.mounts).toMatchObject([{ volumeId, path: mount.path, fstype }])
    if (fstype !== 'ntfs') expect(mounted.mounts[0]).toMatchObject({ owner: 'admin:admin', mode: '0755' })

    await servers.sandbox.backend.growVolume(volumeId, 2 * sizeMiB * mebibyte)
    expect(await hosts.growFilesystem(access, { volumeId, fstype, mountPath: mount.path })).toBe('done')
    expect(await hosts.growFilesystem(access, { volumeId, fstype, mountPath: mount.path })).toBe('unchanged')
    expect((await deviceOf(volumeId))?.content?.filesystemBytes).toBeGreaterThan(1.95 * sizeMiB * mebibyte)
    expect(await on(`cat '${mount.path}/file'`)).toBe('hello')
    expect((await facts()).mounts).toMatchObject([{ volumeId, path: mount.path }])

    expect(await hosts.unmount(access, { volumeId })).toBe('done')
    expect(await hosts.unmount(access, { volumeId })).toBe('unchanged')
    expect(await facts()).toMatchObject({ mounts: [], fstab: [] })
    await servers.sandbox.backend.growVolume(volumeId, 3 * sizeMiB * mebibyte)
    expect(await hosts.growFilesystem(access, { volumeId, fstype, mountPath: undefined })).toBe('done')
    expect((await deviceOf(volumeId))?.content?.filesystemBytes).toBeGreaterThan(2.9 * sizeMiB * mebibyte)
    expect(await detach(volumeId)).toBe('detached')
  })

  test('what is unmounted meanwhile, by what a killed run has left, is grown and mounted again', async () => {
    const volumeId = await servers.attach(access, 64)
    const mount = mountAt('/srv/left')
    await hosts.makeFilesystem(access, { volumeId, fstype: 'ext4', label: undefined, uuid: undefined })
    await hosts.mount(access, { volumeId, fstype: 'ext4', mount, fresh: true })
    const path = (await deviceOf(volumeId))?.path ?? ''
    await servers.sandbox.backend.growVolume(volumeId, 128 * mebibyte)
    // It has the device's lock, as whatever evenkeel does with a device.
    await on(
      `sudo flock ${path} sh -c 'touch /tmp/left; sleep 2; umount ${mount.path}' > /dev/null 2>&1 < /dev/null &
while [ ! -e /tmp/left ]; do sleep 0.05; done`,
    )
    expect(await hosts.growFilesystem(access, { volumeId, fstype: 'ext4', mountPath: mount.path })).toBe('done')
    expect((await facts()).mounts).toMatchObject([{ volumeId, path: mount.path }])
    await hosts.unmount(access, { volumeId })
    await detach(volumeId)
  })

  test.each<{ fstype: Fstype; uuid: string; label: string }>([
    { fstype: 'vfat', uuid: 'BEEF-CAFE', label: 'MUSIC' },
    { fstype: 'jfs', uuid, label: 'my music' },
    { fstype: 'f2fs', uuid, label: 'my music' },
    { fstype: 'reiserfs', uuid, label: 'my music' },
    { fstype: 'swap', uuid, label: 'my swap' },
  ])('$fstype, which this kernel does not mount, is made as it was asked for', async ({ fstype, uuid, label }) => {
    const volumeId = await servers.attach(access, 64)
    expect(await hosts.makeFilesystem(access, { volumeId, fstype, label, uuid })).toBe('done')
    expect(await hosts.makeFilesystem(access, { volumeId, fstype, label, uuid })).toBe('unchanged')
    expect((await deviceOf(volumeId))?.content).toMatchObject({ fstype, label, uuid })
    if (fstype !== 'swap') {
      await expect(
        hosts.mount(access, { volumeId, fstype, mount: mountAt('/srv/unmountable'), fresh: true }),
      ).rejects.toMatchObject({
        code: 'HOST_FILESYSTEM_UNSUPPORTED',
        message: expect.stringContaining(`unknown filesystem type '${fstype}'`),
      })
    }
    await detach(volumeId)
  })

  describe('what somebody else made', () => {
    test.each([
      ['an ext4 filesystem', 'mkfs.ext4 -q -L theirs', 'xfs', 'an ext4 filesystem labelled "theirs" (UUID '],
      [
        'the same kind with another label',
        'mkfs.ext4 -q -L theirs',
        'ext4',
        'an ext4 filesystem labelled "theirs" (UUID ',
      ],
      [
        'a physical volume of LVM',
        'dd status=none bs=512 seek=1 conv=notrunc of=$0 < /tmp/lvm; : ',
        'ext4',
        'LVM2_member',
      ],
      [
        'a partition table',
        'dd status=none bs=446 seek=1 conv=notrunc of=$0 < /tmp/mbr; : ',
        'ext4',
        'a partition table (dos)',
      ],
      ['a swap area', 'mkswap', 'ext4', 'a swap area'],
      [
        'two things at once',
        'mkswap $0; dd status=none bs=512 seek=1 conv=notrunc of=$0 < /tmp/lvm; : ',
        'ext4',
        'a swap area',
      ],
    ] as const)('%s is named and left as it is', async (_name, make, fstype, found) => {
      await on(
        String.raw`{ printf '\200\0\2\0\203\3\40\0\10\0\0\0\0\100\0\0'; head -c 48 /dev/zero; printf '\125\252'; } > /tmp/mbr`,
      )
      await on(`printf 'LABELONE\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\040\\0\\0\\0LVM2 001' > /tmp/lvm`)
      const volumeId = await servers.attach(access, 64)
      const path = (await deviceOf(volumeId))?.path ?? ''
      await on(`sudo sh -c '${make.replaceAll("'", String.raw`'\''`)} "$0" > /dev/null 2>&1' ${path}; sudo sync`)
      const before = await on(`sudo sha256sum ${path}`)
      await expect(
        hosts.makeFilesystem(access, { volumeId, fstype, label: 'music', uuid: undefined }),
      ).rejects.toMatchObject({
        code: 'HOST_FOREIGN_FILESYSTEM',
        retryable: false,
        message: expect.stringContaining(found),
      })
      expect(await on(`sudo sha256sum ${path}`)).toBe(before)
      await detach(volumeId)
    })

    test('after the volume was looked at is left as it is too', async () => {
      const volumeId = await servers.attach(access, 64)
      const path = (await deviceOf(volumeId))?.path ?? ''
      // The probe looks first; right before the second look, which is the last one, somebody makes a swap area.
      const lines = [
        '#!/bin/sh',
        'for path; do :; done',
        `[ "$path" != ${path} ] || mkdir /tmp/looked 2> /dev/null || mkswap -q "$path"`,
        'exec /usr/sbin/wipefs "$@"',
      ]
      const words = lines.map((line) => `'${line}'`).join(' ')
      await on(`printf '%s\\n' ${words} | sudo tee /usr/local/sbin/wipefs && sudo chmod 755 /usr/local/sbin/wipefs`)
      try {
        await expect(
          hosts.makeFilesystem(access, { volumeId, fstype: 'ext4', label: undefined, uuid: undefined }),
        ).rejects.toMatchObject({
          code: 'HOST_FOREIGN_FILESYSTEM',
          message: expect.stringContaining('a swap area'),
        })
      } finally {
        await on('sudo rm -r /usr/local/sbin/wipefs /tmp/looked')
      }
      expect((await deviceOf(volumeId))?.content).toMatchObject({ fstype: 'swap' })
      await detach(volumeId)
    })

    test('is not mounted as something else', async () => {
      const volumeId = await servers.attach(access, 64)
      await hosts.makeFilesystem(access, { volumeId, fstype: 'ext3', label: undefined, uuid: undefined })
      const request = { volumeId, fstype: 'ext4', mount: mountAt('/srv/other'), fresh: false } as const
      await expect(hosts.mount(access, request)).rejects.toMatchObject({ code: 'HOST_FOREIGN_FILESYSTEM' })
      await expect(hosts.writeFstab(access, request)).rejects.toMatchObject({ code: 'HOST_FOREIGN_FILESYSTEM' })
      await detach(volumeId)
    })
  })

  test('a label or UUID that the filesystem cannot carry is told before anything is made', async () => {
    const volumeId = await servers.attach(access, 64)
    const make = (label: string | undefined, uuid: string | undefined) =>
      hosts.makeFilesystem(access, { volumeId, fstype: 'ext4', label, uuid })
    await expect(make('ä'.repeat(9), undefined)).rejects.toMatchObject({ code: 'HOST_BAD_LABEL' })
    await expect(make(undefined, 'BEEF-CAFE')).rejects.toMatchObject({ code: 'HOST_BAD_LABEL' })
    expect((await deviceOf(volumeId))?.content).toBeUndefined()
    await expect(
      hosts.mount(access, { volumeId, fstype: 'ext4', mount: mountAt('/srv/blank'), fresh: false }),
    ).rejects.toMatchObject({ code: 'HOST_FILESYSTEM_MISSING' })
    await detach(volumeId)
  })

  test('a volume that does not appear is told with those that do', { timeout: 60_000 }, async () => {
    const clock = { now: () => Date.now() * 100, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) }
    const impatient = createHosts({ clock })
    await expect(
      impatient.makeFilesystem(access, { volumeId: 'vol-00000000', fstype: 'xfs', label: undefined, uuid: undefined }),
    ).rejects.toMatchObject({ code: 'HOST_DEVICE_MISSING', message: expect.stringContaining('volumes seen: ') })
    impatient.close()
  })

  test('on a Xen type the name under which a volume was attached leads to it', async () => {
    const xen = await servers.boot('xen', { deviceNaming: 'xen' })
    const volumeId = await servers.sandbox.volume(64 * mebibyte)
    await servers.sandbox.backend.attachVolume(volumeId, { instanceId: xen.instanceId, deviceName: '/dev/sdh' })
    const known = {
      ...xen,
      address: `${xen.address}2` as HostAccess['address'],
      deviceNames: { [volumeId]: '/dev/sdh' },
    }
    expect(readFacts(await hosts.probe(known)).devices).toContainEqual(
      expect.objectContaining({ volumeId, path: '/dev/xvdh' }),
    )
    expect(await hosts.makeFilesystem(known, { volumeId, fstype: 'ext4', label: undefined, uuid: undefined })).toBe(
      'done',
    )
  })
})
