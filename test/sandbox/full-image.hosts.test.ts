import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLinuxHosts } from '../../src/sandbox/hosts/linux-hosts.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { keyPair, runOverSsh, sshRule } from './hosts/support.js'

test.skipIf(noHostsBecause !== undefined)(
  'a full disk below the disks of hosts is told, and costs nothing that was written before',
  { timeout: 300_000 },
  async () => {
    const { path: disk, remove } = temporaryDirectory('full-image')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1200m', 'tmpfs', disk])
    const stateDir = join(disk, 'hosts')
    mkdirSync(stateDir)
    let backend = createLinuxHosts({ stateDir, init: 'minimal', offline: true })
    onTestFinished(async () => {
      await backend.stop()
      execFileSync('umount', ['--lazy', disk])
      remove()
    })
    const volumeId = 'vol-00000000000000001'
    const start = async (instanceId: string) => {
      const privateIp = '10.66.0.5'
      const publicIp = backend.publicIpFor(privateIp)
      const rules = [sshRule('203.0.113.1/32', privateIp)]
      await backend.setNetwork({ publicAddresses: [{ privateIp, publicIp }], names: {}, rules })
      const boot = await backend.boot({
        instanceId,
        hostname: 'host',
        domain: 'ec2.internal',
        privateIp,
        macAddress: '02:ee:0a:42:00:05',
        loginUser: 'admin',
        authorizedKeys: [keyPair.publicKey],
        userData: undefined,
        deviceNaming: 'nvme',
        rootSizeBytes: 2 ** 30,
        volumes: [{ volumeId, deviceName: '/dev/sdf' }],
        metadata: { access: 'anybody', values: {} },
      })
      return async (command: string) =>
        (await runOverSsh({ publicIp, loginUser: 'admin' }, boot, `sudo sh -c '${command}'`)).output
    }
    await backend.start()
    await backend.createVolume(volumeId, 2 ** 29, undefined)
    const before = await start('i-0000000000000000a')
    await before('mkfs.ext4 -q /dev/nvme1n1; mount /dev/nvme1n1 /mnt; echo written > /mnt/kept; sync')
    const filling = join(disk, 'filling')
    const fill = () => {
      for (;;) writeFileSync(filling, Buffer.alloc(2 ** 20), { flag: 'a' })
    }
    expect(fill).toThrow('ENOSPC')

    expect(await before('dd if=/dev/urandom of=/mnt/new bs=1M count=64 conv=fsync 2>&1')).toMatch(/error|failed/)
    const noRoom = /^no room for .*: the disk of .* has \d+ MiB free; make room there$/
    await expect(backend.createVolume('vol-00000000000000002', 2 ** 28, undefined)).rejects.toThrow(noRoom)
    await expect(backend.createSnapshot('snap-1', volumeId)).rejects.toThrow(noRoom)
    await expect(start('i-0000000000000000b')).rejects.toThrow(noRoom)
    await backend.stop()

    rmSync(filling)
    backend = createLinuxHosts({ stateDir, init: 'minimal', offline: true })
    await backend.start()
    const after = await start('i-0000000000000000a')
    expect(await after('e2fsck -fp /dev/nvme1n1 > /dev/null; mount /dev/nvme1n1 /mnt && cat /mnt/kept')).toBe('written')
    await backend.createSnapshot('snap-1', volumeId)
  },
)
