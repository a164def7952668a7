import { describe, expect, test } from 'vitest'
import { volumeDevices, volumeMounts } from '../../../src/hosts/probe/devices.js'
import { parseMountInfo, parseProbe } from '../../../src/hosts/probe/probe-output.js'

interface Disk {
  readonly name: string
  readonly parent?: string
  readonly number: string
  readonly serial?: string
  readonly blkid?: readonly [exitCode: number, output: string]
  readonly wipefs?: readonly [exitCode: number, output: string]
}

const blank: readonly [number, string] = [2, '']

/** The probe script's output for these disks and mounts. */
function probeOf(disks: readonly Disk[], mountinfo = '', records: readonly (readonly string[])[] = []) {
  const blocks = disks.map(({ name, parent = '', number, serial = '', blkid = blank, wipefs = [0, ''] }) => [
    parent === '' ? 'block' : 'partition',
    name,
    parent,
    number,
    '2097152',
    serial,
    String(blkid[0]),
    blkid[1],
    String(wipefs[0]),
    wipefs[1],
    '',
  ])
  const all = [...blocks, ['mountinfo', mountinfo], ['fstab', ''], ...records]
  return parseProbe(Buffer.from(all.map(([kind, ...fields]) => [`\u001e${kind}`, ...fields, ''].join('\0')).join('')))
}

const ext4 = [0, 'ID_FS_TYPE=ext4\nID_FS_LABEL=my_label\nID_FS_LABEL_ENC=my\\x20label\nID_FS_UUID_ENC=5a1e'] as const
const gpt = [0, 'ID_PART_TABLE_TYPE=gpt\nID_PART_TABLE_UUID=77'] as const
const data = { name: 'nvme1n1', number: '259:5', serial: 'vol0123456789abcdef0    ' }
const volumeId = 'vol-0123456789abcdef0'

describe('volumes of a server', () => {
  test('are those with a volume id as serial number, but not the root disk', () => {
    const probe = probeOf(
      [
        { name: 'nvme0n1', number: '259:0', serial: 'vol0aaaaaaaaaaaaaaaa', blkid: gpt },
        { name: 'nvme0n1p1', parent: 'nvme0n1', number: '259:1', blkid: ext4 },
        { name: 'nvme0n1p15', parent: 'nvme0n1', number: '259:2' },
        data,
        { name: 'nvme2n1', number: '259:9', serial: 'AWS22222222222' },
      ],
      '25 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n',
    )
    expect(volumeDevices(probe)).toMatchObject([
      { volumeId, path: '/dev/nvme1n1', sizeBytes: 2 ** 30, content: undefined, partitionPath: undefined },
    ])
  })

  test('are known by their by-id links, or on Xen by the name of their attachment', () => {
    const linked = probeOf([{ ...data, serial: '' }], '', [
      ['link', 'nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0_1', 'nvme1n1'],
    ])
    expect(volumeDevices(linked)).toMatchObject([{ volumeId }])
    const xen = probeOf([{ name: 'xvdf', number: '202:80' }])
    expect(volumeDevices(xen)).toEqual([])
    for (const deviceName of ['/dev/sdf', '/dev/xvdf', 'xvdf']) {
      expect(volumeDevices(xen, { [volumeId]: deviceName })).toMatchObject([{ volumeId, path: '/dev/xvdf' }])
    }
  })

  test('with one partition hold what is on it', () => {
    const table = { ...data, blkid: gpt }
    const partition = { name: 'nvme1n1p1', parent: 'nvme1n1', number: '259:6', blkid: ext4 }
    expect(volumeDevices(probeOf([table, partition]))).toMatchObject([
      {
        path: '/dev/nvme1n1',
        partitionPath: '/dev/nvme1n1p1',
        contentPath: '/dev/nvme1n1p1',
        content: { fstype: 'ext4' },
      },
    ])
    const empty = { ...partition, blkid: [0, 'ID_PART_ENTRY_NUMBER=1'] as const }
    const several = { ...partition, name: 'nvme1n1p2', number: '259:7' }
    for (const partitions of [[empty], [partition, several], []]) {
      expect(volumeDevices(probeOf([table, ...partitions]))).toMatchObject([
        { contentPath: '/dev/nvme1n1', partitionPath: undefined, content: { fstype: 'gpt', uuid: '77' } },
      ])
    }
  })
})

describe('a disk is blank', () => {
  const contentOf = (disk: Partial<Disk>) => volumeDevices(probeOf([{ ...data, ...disk }]))[0]?.content

  test('only when both probes have answered, and found nothing', () => {
    expect(contentOf({})).toBeUndefined()
    expect(contentOf({ blkid: ext4 })).toMatchObject({ fstype: 'ext4', label: 'my label', uuid: '5a1e' })
  })

  test.each<[string, Partial<Disk>, string]>([
    ['blkid is missing', { blkid: [127, ''] }, 'unknown'],
    ['wipefs is missing', { wipefs: [127, ''] }, 'unknown'],
    ['the disk cannot be read', { wipefs: [1, ''] }, 'unknown'],
    [
      'blkid is torn',
      { blkid: [8, ''], wipefs: [0, '# offset\n0x1,,,swap\n0x2,a,b,LVM2_member\n'] },
      'swap+LVM2_member',
    ],
    ['wipefs alone finds something', { wipefs: [0, '# offset\n0x1,,,zfs_member\n0x9,,,zfs_member'] }, 'zfs_member'],
  ])('not when %s', (_why, disk, fstype) => expect(contentOf(disk)?.fstype).toBe(fstype))
})

test('mounts are read with their escapes, and bind mounts are left out', () => {
  const mountinfo = [
    String.raw`40 25 259:5 / /srv/my\040music\134 rw,noatime shared:7 master:1 - ext4 /dev/nvme1n1 rw,errors=remount-ro`,
    '41 25 259:5 /part /mnt/bound rw - ext4 /dev/nvme1n1 rw',
    '',
  ].join('\n')
  expect(parseMountInfo(mountinfo)[0]).toMatchObject({
    path: '/srv/my music\\',
    source: '/dev/nvme1n1',
    fstype: 'ext4',
  })
  const probe = probeOf([{ ...data, blkid: ext4 }], mountinfo, [
    ['top', String.raw`/srv/my\040music\134`, 'UNKNOWN:1234:admin:1000:755', '4096 100'],
  ])
  expect(volumeMounts(probe, volumeDevices(probe))).toEqual([
    {
      volumeId,
      path: '/srv/my music\\',
      fstype: 'ext4',
      options: 'rw,noatime,errors=remount-ro',
      owner: '1234:admin',
      mode: '0755',
    },
  ])
})

test.each([
  ['over it', '/srv/data', 'tmpfs', 'tmpfs at /srv/data'],
  ['over a directory above it', '/srv', '/dev/sdz', '/dev/sdz (tmpfs) at /srv'],
])('a mount says what hides it, mounted %s later', (_, path, source, hiddenBy) => {
  const own = '40 25 259:5 / /srv/data rw - ext4 /dev/nvme1n1 rw'
  const other = `41 25 0:99 / ${path} rw - tmpfs ${source} rw`
  const probedMounts = (...lines: readonly string[]) => {
    const probe = probeOf([{ ...data, blkid: ext4 }], `${lines.join('\n')}\n`, [
      ['top', '/srv/data', 'root:0:root:0:755', '4096 100'],
    ])
    return volumeMounts(probe, volumeDevices(probe))
  }
  // Whose owner and mode were read is not the volume's.
  expect(probedMounts(own, other)).toMatchObject([{ path: '/srv/data', hiddenBy, owner: '', mode: '' }])
  for (const seen of [
    probedMounts(other, own),
    probedMounts(own, own),
    probedMounts(own, '42 25 0:9 / / rw - tmpfs t rw'),
  ]) {
    expect(seen[0]).not.toHaveProperty('hiddenBy')
  }
})
