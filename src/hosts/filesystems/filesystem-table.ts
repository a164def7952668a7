import type { Fstype } from '../../model/inside/fstype.js'

/** The package managers that a server may have, in the order in which they are looked for. */
export const packageManagers = ['apt-get', 'dnf', 'yum', 'zypper', 'apk'] as const
export type PackageManager = (typeof packageManagers)[number]
export type Packages = Readonly<Record<PackageManager, string>>

export interface FilesystemFacts {
  /** Makes it: argv without the device. Never a force flag: these programs' own refusals are a second safety. */
  readonly make: readonly string[]
  /** Options that give it its label and UUID; undefined where it cannot have one at its making. */
  readonly label: ((label: string) => readonly string[]) | undefined
  readonly uuid: ((uuid: string) => readonly string[]) | undefined
  /** Gives it its UUID after its making: argv without the device. */
  readonly uuidAfterwards?: (uuid: string) => readonly string[]
  readonly labelBytesMax: number
  /** UUIDs that it can have, as blkid writes them. */
  readonly uuidPattern: RegExp
  readonly packages: Packages
  /** What mount(8) and fstab call it. */
  readonly mountType: string
  /** Program that mount(8) needs besides the kernel. */
  readonly mountProgram?: string
  readonly grow: GrowFacts | undefined
  /** Sixth field of fstab: 2 where fsck at boot means something. */
  readonly fsckPass: 0 | 2
  /** Whether files in it have owners and modes. */
  readonly hasOwners: boolean
}

/** `mounted`: argv with the mount point; `unmounted`: argv with the device, after the check has run. */
export interface GrowFacts {
  readonly mounted?: { readonly argv: readonly string[]; readonly of: 'mount-point' | 'device' }
  readonly unmounted?: {
    readonly check?: readonly string[]
    readonly argv: readonly string[]
    readonly afterwards?: readonly string[]
  }
}

const anyUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function packagesNamed(apt: string, others: string, zypper = others, apk = others): Packages {
  return { 'apt-get': apt, dnf: others, yum: others, zypper, apk }
}

const withL = (label: string) => ['-L', label]
const withU = (uuid: string) => ['-U', uuid]

/** ext: resize2fs grows mounted where the kernel lets it, else unmounted after a check (e2fsck 0 and 1 are fine). */
function ext(version: 'ext2' | 'ext3' | 'ext4'): FilesystemFacts {
  return {
    make: [`mkfs.${version}`, '-q', '-m', '0'],
    label: withL,
    uuid: withU,
    labelBytesMax: 16,
    uuidPattern: anyUuid,
    packages: packagesNamed('e2fsprogs', 'e2fsprogs'),
    mountType: version,
    grow: {
      mounted: { argv: ['resize2fs'], of: 'device' },
      unmounted: { check: ['e2fsck', '-fp'], argv: ['resize2fs'] },
    },
    fsckPass: 2,
    hasOwners: true,
  }
}

/** Label lengths: mke2fs(8), mkfs.xfs(8), mkfs.btrfs(8), mkfs.fat(8), mkntfs(8), mkfs.jfs(8), mkreiserfs(8), mkfs.f2fs(8), mkswap(8). */
export const filesystemTable: Readonly<Record<Exclude<Fstype, 'raw'>, FilesystemFacts>> = {
  ext2: ext('ext2'),
  ext3: ext('ext3'),
  ext4: ext('ext4'),
  xfs: {
    make: ['mkfs.xfs', '-q'],
    label: withL,
    uuid: (uuid) => ['-m', `uuid=${uuid}`],
    labelBytesMax: 12,
    uuidPattern: anyUuid,
    packages: packagesNamed('xfsprogs', 'xfsprogs'),
    mountType: 'xfs',
    grow: { mounted: { argv: ['xfs_growfs'], of: 'mount-point' } },
    fsckPass: 0,
    hasOwners: true,
  },
  btrfs: {
    make: ['mkfs.btrfs', '-q'],
    label: withL,
    uuid: withU,
    labelBytesMax: 255,
    uuidPattern: anyUuid,
    packages: packagesNamed('btrfs-progs', 'btrfs-progs', 'btrfsprogs'),
    mountType: 'btrfs',
    grow: { mounted: { argv: ['btrfs', 'filesystem', 'resize', 'max'], of: 'mount-point' } },
    fsckPass: 0,
    hasOwners: true,
  },
  vfat: {
    make: ['mkfs.vfat'],
    label: (label) => ['-n', label.toUpperCase()],
    uuid: (uuid) => ['-i', uuid.replace('-', '')],
    labelBytesMax: 11,
    uuidPattern: /^[0-9a-f]{4}-[0-9a-f]{4}$/i,
    packages: packagesNamed('dosfstools', 'dosfstools'),
    mountType: 'vfat',
    grow: undefined,
    fsckPass: 0,
    hasOwners: false,
  },
  ntfs: {
    make: ['mkfs.ntfs', '-q', '-Q'],
    label: withL,
    uuid: undefined,
    uuidAfterwards: (uuid) => ['ntfslabel', `--new-serial=${uuid}`],
    labelBytesMax: 128,
    uuidPattern: /^[0-9a-f]{16}$/i,
    packages: {
      'apt-get': 'ntfs-3g',
      dnf: 'ntfs-3g ntfsprogs',
      yum: 'ntfs-3g ntfsprogs',
      zypper: 'ntfs-3g ntfsprogs',
      apk: 'ntfs-3g ntfs-3g-progs',
    },
    mountType: 'ntfs',
    mountProgram: 'mount.ntfs',
    // ntfsresize marks what it has resized for a check by Windows, and then refuses it the next time.
    grow: { unmounted: { argv: ['ntfsresize', '--no-progress-bar'], afterwards: ['ntfsfix', '-d'] } },
    fsckPass: 0,
    hasOwners: false,
  },
  jfs: {
    make: ['mkfs.jfs', '-q'],
    label: withL,
    uuid: undefined,
    uuidAfterwards: (uuid) => ['jfs_tune', '-U', uuid],
    labelBytesMax: 16,
    uuidPattern: anyUuid,
    packages: packagesNamed('jfsutils', 'jfsutils'),
    mountType: 'jfs',
    grow: { mounted: { argv: ['mount', '-o', 'remount,resize'], of: 'mount-point' } },
    fsckPass: 2,
    hasOwners: true,
  },
  reiserfs: {
    make: ['mkfs.reiserfs', '-q'],
    label: (label) => ['-l', label],
    uuid: (uuid) => ['-u', uuid],
    labelBytesMax: 16,
    uuidPattern: anyUuid,
    packages: packagesNamed('reiserfsprogs', 'reiserfs-utils', 'reiserfs', 'reiserfsprogs'),
    mountType: 'reiserfs',
    grow: {
      mounted: { argv: ['resize_reiserfs', '-q'], of: 'device' },
      unmounted: { argv: ['resize_reiserfs', '-q'] },
    },
    fsckPass: 0,
    hasOwners: true,
  },
  f2fs: {
    make: ['mkfs.f2fs', '-q'],
    label: (label) => ['-l', label],
    uuid: withU,
    labelBytesMax: 512,
    uuidPattern: anyUuid,
    packages: packagesNamed('f2fs-tools', 'f2fs-tools'),
    mountType: 'f2fs',
    grow: { unmounted: { argv: ['resize.f2fs'] } },
    fsckPass: 0,
    hasOwners: true,
  },
  swap: {
    make: ['mkswap'],
    label: withL,
    uuid: withU,
    labelBytesMax: 15,
    uuidPattern: anyUuid,
    packages: packagesNamed('util-linux', 'util-linux'),
    mountType: 'swap',
    grow: undefined,
    fsckPass: 0,
    hasOwners: false,
  },
}
