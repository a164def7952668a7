import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, eventually, type TestHost, TestSandbox, unlessHosts } from '../support.js'

const gibibyte = 2 ** 30

describeHosts(`volumes${unlessHosts}`, () => {
  let sandbox: TestSandbox
  let host: TestHost
  let twin: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start()
    ;[host, twin] = await Promise.all([sandbox.boot(), sandbox.boot({ deviceNaming: 'xen' })])
    await sandbox.openTo(host, twin)
  })
  afterAll(() => sandbox.stop())

  const rootOf = ({ description }: TestHost) => description.rootVolumeId ?? ''
  const byId = (volumeId: string) => `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`

  test('appears as an NVMe disk with its id as serial number, and goes again', async () => {
    const volumeId = await sandbox.volume(gibibyte)
    await host.attach(volumeId)
    await host.attach(volumeId)
    expect(await host.run(`readlink -f ${byId(volumeId)}`)).toBe('/dev/nvme1n1')
    expect(JSON.parse(await host.run('sudo lsblk -J -b -o NAME,SIZE,SERIAL,MODEL,FSTYPE,UUID /dev/nvme1n1'))).toEqual({
      blockdevices: [
        {
          name: 'nvme1n1',
          size: gibibyte,
          serial: volumeId.replace('-', ''),
          model: expect.stringMatching(/^Amazon Elastic Block Store *$/),
          fstype: null,
          uuid: null,
        },
      ],
    })
    expect((await host.try(`sudo blkid -p ${byId(volumeId)}`)).exitCode).toBe(2)
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('detached')
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('detached')
    expect(await host.run('ls /dev/disk/by-id | grep -v _1; ls /sys/block; tail -n +3 /proc/partitions | wc -l')).toBe(
      `${byId(rootOf(host)).split('/').at(-1)}\nnvme0n1\n1`,
    )
  })

  test('appears as xvdf on a Xen type', async () => {
    const volumeId = await sandbox.volume(gibibyte)
    await twin.attach(volumeId, '/dev/sdf')
    expect(await twin.run('ls /sys/block; ls /dev/disk/by-id; stat -c %G /dev/xvdf')).toBe('xvda\nxvdf\ndisk')
    await sandbox.backend.detachVolume(volumeId, { force: false })
  })

  test('is mounted by UUID, is busy then, and is free after the unmount', async () => {
    const volumeId = await sandbox.volume(gibibyte)
    await host.attach(volumeId)
    await host.run(`sudo mkfs.ext4 -q ${byId(volumeId)} && sudo mkdir /a`)
    await host.run(`sudo mount UUID=$(sudo blkid -p -s UUID -o value ${byId(volumeId)}) /a`)
    expect(JSON.parse(await host.run('findmnt -J -o SOURCE,FSTYPE /a'))).toEqual({
      filesystems: [{ source: '/dev/nvme1n1', fstype: 'ext4' }],
    })
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('busy')
    await host.run('findmnt /a && sudo umount /a')
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('detached')
  })

  test('is torn off by force while it is mounted, and what still writes there reaches it no more', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    await host.run(`sudo mkfs.ext4 -q ${byId(volumeId)} && sudo mkdir /b && sudo mount ${byId(volumeId)} /b`)
    await host.run('echo before | sudo tee /b/word')
    await host.run(
      `sudo setsid sh -c 'exec 3>/b/late; touch /run/open; sleep 1; echo late >&3; touch /run/wrote; sleep 100' >/dev/null 2>&1 </dev/null &
      while [ ! -e /run/open ]; do sleep 0.02; done`,
    )
    expect(await sandbox.backend.detachVolume(volumeId, { force: true })).toBe('detached')
    expect((await host.try('findmnt /b')).exitCode).toBe(1)
    await twin.attach(volumeId, '/dev/sdb')
    await twin.run('sudo mkdir /b && sudo mount /dev/xvdb /b')
    await host.run('while [ ! -e /run/wrote ]; do sleep 0.05; done')
    expect(
      await twin.run('cat /b/word /b/late; sudo umount /b; sudo e2fsck -fn /dev/xvdb >/dev/null 2>&1; echo $?'),
    ).toBe('before\n0')
    await sandbox.backend.detachVolume(volumeId, { force: false })
  })

  test('snapshots of a mounted filesystem are points in time that restore larger', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    await host.run(`sudo mkfs.ext4 -q ${byId(volumeId)} && sudo mkdir /c && sudo mount ${byId(volumeId)} /c`)
    await host.run('sudo cp -r /usr/share/keyrings /c/docs; echo first | sudo tee /c/word >/dev/null; sync -f /c')
    await host.run('echo cached | sudo tee /c/cached >/dev/null')
    await sandbox.backend.createSnapshot('snap-c', volumeId)
    await host.run('echo second | sudo tee /c/word >/dev/null; sudo rm -r /c/docs')
    await sandbox.backend.createSnapshot('snap-c', volumeId)
    const restored = await sandbox.volume(gibibyte, 'snap-c')
    await twin.attach(restored, '/dev/sdc')
    expect(
      await twin.run('sudo e2fsck -fp /dev/xvdc >/dev/null; echo $?; sudo resize2fs /dev/xvdc 2>/dev/null | wc -l'),
    ).toMatch(/^[01]/) // 1: its journal was played back, as after a power failure
    await twin.run('sudo mkdir /c && sudo mount /dev/xvdc /c')
    expect(await twin.run('cat /c/word; diff -r /c/docs /usr/share/keyrings && echo same')).toBe('first\nsame')
    // As on EC2: what stood in the host's caches alone had not reached the device.
    expect((await twin.try('cat /c/cached')).output).toContain('No such file')
    expect(Number(await twin.run('df --output=size -k /c | tail -1'))).toBeGreaterThan(900_000)
    expect(await host.run('cat /c/word; sudo touch /c/goes-on')).toBe('second')
    await twin.run('sudo umount /c')
    await host.run('sudo umount /c')
    for (const id of [volumeId, restored]) await sandbox.backend.detachVolume(id, { force: false })
  })

  test('an XFS and its restored twin mount on two hosts, and not on one, as on EC2', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    await host.run(
      `sudo mkfs.xfs -q ${byId(volumeId)} && sudo mkdir /d && sudo mount ${byId(volumeId)} /d && sudo touch /d/x && sync -f /d`,
    )
    await sandbox.backend.createSnapshot('snap-d', volumeId)
    const restored = await sandbox.volume(gibibyte, 'snap-d')
    await twin.attach(restored, '/dev/sdd')
    expect(await twin.run('sudo mkdir /d; sudo mount /dev/xvdd /d; sudo xfs_growfs /d >/dev/null; ls /d')).toBe('x')
    expect(Number(await twin.run('df --output=size -k /d | tail -1'))).toBeGreaterThan(900_000)
    await twin.run('sudo umount /d')
    await sandbox.backend.detachVolume(restored, { force: false })
    await host.attach(restored)
    expect((await host.try(`sudo mount ${byId(restored)} /mnt`)).output).toContain('duplicate UUID')
    await host.run('sudo umount /d')
    for (const id of [volumeId, restored]) await sandbox.backend.detachVolume(id, { force: false })
  })

  test('grows under a mounted filesystem', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    await host.run(`sudo mkfs.btrfs -q ${byId(volumeId)} && sudo mkdir /e && sudo mount ${byId(volumeId)} /e`)
    await sandbox.backend.growVolume(volumeId, gibibyte)
    await sandbox.backend.growVolume(volumeId, gibibyte / 2)
    expect(await host.run(`sudo lsblk -bno SIZE ${byId(volumeId)}; sudo blockdev --getsize64 ${byId(volumeId)}`)).toBe(
      `${gibibyte}\n${gibibyte}`,
    )
    await host.run('sudo btrfs filesystem resize max /e')
    expect(await host.run('df --output=size -k /e | tail -1')).toMatch(/^ *1048576$/)
    await host.run('sudo umount /e')
    await sandbox.backend.detachVolume(volumeId, { force: false })
  })

  test('entries of fstab are mounted when the host boots again, and a missing disk with nofail stops nothing', async () => {
    const [byUuid, byLabel] = [await sandbox.volume(gibibyte / 2), await sandbox.volume(gibibyte / 2)]
    await host.attach(byUuid)
    await host.attach(byLabel)
    await host.run(`sudo mkfs.xfs -q ${byId(byUuid)}; sudo mkfs.ext4 -q -L music ${byId(byLabel)}; sudo mkdir /f /g`)
    await host.run(`printf '%s\\n' "UUID=$(sudo blkid -p -s UUID -o value ${byId(byUuid)}) /f xfs defaults,nofail 0 2" \
      'LABEL=music /g ext4 defaults,nofail 0 2' 'LABEL=gone /h ext4 defaults,nofail 0 2' | sudo tee -a /etc/fstab`)
    await host.run('sudo mount -a; echo kept | sudo tee /f/word /g/word')
    await host.stop()
    const volumes = [byLabel, byUuid].map((volumeId) => ({ volumeId, deviceName: '/dev/sdf' }))
    await host.start({ volumes })
    expect(await host.run('findmnt -no SOURCE,TARGET /f; findmnt -no SOURCE,TARGET /g; cat /f/word /g/word')).toBe(
      '/dev/nvme2n1 /f\n/dev/nvme1n1 /g\nkept\nkept',
    )
    await host.stop({ force: true })
    await host.start({ volumes: [] })
    expect(await host.run('findmnt /f; findmnt /g; sudo lsblk -dno NAME; echo up')).toBe('nvme0n1\nup')
    for (const id of [byUuid, byLabel]) await sandbox.backend.deleteVolume(id)
  })

  test('shows partitions as they are made, mounts them, and shows them again after a restart', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    // One Linux partition (type 83) of 200,000 sectors from sector 2,048 on, without a program that may be missing.
    await host.run(`sudo perl -e 'open F, "+<", $ARGV[0] or die; seek F, 446, 0; print F pack("C8V2", 0,0,2,0,0x83,0,0,0, 2048, 200000);
      seek F, 510, 0; print F "\\x55\\xaa"; close F' ${byId(volumeId)}`)
    await eventually('the partition', async () => (await host.try('test -b /dev/nvme1n1p1')).exitCode === 0)
    expect(await host.run('sudo lsblk -nrbo NAME,TYPE,SIZE /dev/nvme1n1')).toBe(
      `nvme1n1 disk ${gibibyte / 2}\nnvme1n1p1 part ${200_000 * 512}`,
    )
    await host.run(
      `sudo mkfs.ext4 -q -L part ${byId(volumeId)}-part1 && sudo mkdir /p && sudo mount LABEL=part /p && sudo touch /p/x`,
    )
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('busy')
    await sandbox.backend.createSnapshot('snap-p', volumeId)
    await host.stop()
    await host.start({ volumes: [{ volumeId, deviceName: '/dev/sdf' }] })
    expect(await host.run('sudo mount LABEL=part /p; ls /p; sudo umount /p')).toContain('x')
    expect(await sandbox.backend.detachVolume(volumeId, { force: false })).toBe('detached')
    expect(await host.run('ls /dev/nvme*; ls /sys/class/block')).toBe('/dev/nvme0n1\nnvme0n1')
  })

  test('takes every filesystem that Debian has tools for', async () => {
    const volumeId = await sandbox.volume(gibibyte / 2)
    await host.attach(volumeId)
    const types = {
      ext2: '-F',
      ext3: '-F',
      ext4: '-F',
      xfs: '-f',
      btrfs: '-f',
      vfat: '',
      ntfs: '-Q',
      jfs: '-q',
      f2fs: '-f',
    }
    for (const [type, flags] of Object.entries(types)) {
      const made = await host.try(
        `sudo sh -c 'mkfs.${type} ${flags} ${byId(volumeId)} && blkid -p -s TYPE -o value ${byId(volumeId)}'`,
      )
      if (made.exitCode === 127) continue
      expect(made.output.split('\n').at(-1)).toBe(type)
    }
    await sandbox.backend.detachVolume(volumeId, { force: false })
  })
})
