import type { Fstype } from './fstype.js'
import type { VolumeType } from '../kinds/volume.js'

/** Bounds that EC2 sets; inclusive. */
interface VolumeTypeRules {
  readonly sizeGiB: readonly [minimum: number, maximum: number]
  /** Absent: the type has no iops to set. */
  readonly iops?: {
    readonly range: readonly [number, number]
    readonly perGiBMax: number
    readonly isRequired: boolean
  }
  /** Absent: the type has no throughput to set. */
  readonly throughputMiBps?: { readonly range: readonly [number, number]; readonly perIopsMax: number }
  readonly isBootable: boolean
}

/** What gp3 has without being asked: EBS User Guide, "General Purpose SSD volumes". */
export const gp3Baseline = { iops: 3000, throughputMiBps: 125 }

/** EBS User Guide, "Amazon EBS volume types" (2026): sizes, iops and ratios; st1 and sc1 cannot boot. */
export const volumeTypeRules: Readonly<Record<VolumeType, VolumeTypeRules>> = {
  gp3: {
    sizeGiB: [1, 65536],
    iops: { range: [3000, 80000], perGiBMax: 500, isRequired: false },
    throughputMiBps: { range: [125, 2000], perIopsMax: 0.25 },
    isBootable: true,
  },
  gp2: { sizeGiB: [1, 16384], isBootable: true },
  io1: { sizeGiB: [4, 16384], iops: { range: [100, 64000], perGiBMax: 50, isRequired: true }, isBootable: true },
  io2: { sizeGiB: [4, 65536], iops: { range: [100, 256000], perGiBMax: 1000, isRequired: true }, isBootable: true },
  st1: { sizeGiB: [125, 16384], isBootable: false },
  sc1: { sizeGiB: [125, 16384], isBootable: false },
  standard: { sizeGiB: [1, 1024], isBootable: true },
}

export interface FilesystemRules {
  readonly isMountable: boolean
  /** Longest label in bytes of UTF-8; 0: it has none. */
  readonly labelBytesMax: number
  /** The form of its UUID; absent: it has none. */
  /** What else its label is bound to. */
  readonly labelForm?: { readonly pattern: RegExp; readonly form: string }
  /** Whether it can follow a device that becomes larger; `mounted`: only where the server's kernel can mount it. */
  readonly growth: 'always' | 'mounted' | 'never'
  readonly uuid?: { readonly pattern: RegExp; readonly form: string; readonly upperCase?: true }
}

const standardUuid = {
  pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  form: '8-4-4-4-12 hexadecimal digits',
}

/** Label lengths and UUID forms: mke2fs(8), mkfs.xfs(8), mkfs.btrfs(8), mkfs.fat(8), mkntfs(8), mkfs.f2fs(8), mkswap(8). */
export const filesystemRules: Readonly<Record<Fstype, FilesystemRules>> = {
  ext2: { isMountable: true, growth: 'always', labelBytesMax: 16, uuid: standardUuid },
  ext3: { isMountable: true, growth: 'always', labelBytesMax: 16, uuid: standardUuid },
  ext4: { isMountable: true, growth: 'always', labelBytesMax: 16, uuid: standardUuid },
  xfs: { isMountable: true, growth: 'mounted', labelBytesMax: 12, uuid: standardUuid },
  btrfs: { isMountable: true, growth: 'mounted', labelBytesMax: 255, uuid: standardUuid },
  vfat: {
    isMountable: true,
    growth: 'never',
    labelBytesMax: 11,
    labelForm: {
      pattern: /^[\x20-\x21\x23-\x29\x2d\x30-\x39\x40-\x5a\x5e-\x7b\x7d\x7e]*$/,
      form: 'ASCII letters, digits, spaces and a few signs, without * ? . , ; : / \\ | + = < > [ ] "',
    },
    uuid: { pattern: /^[0-9a-f]{4}-[0-9a-f]{4}$/i, form: 'XXXX-XXXX, 8 hexadecimal digits', upperCase: true },
  },
  ntfs: {
    isMountable: true,
    growth: 'always',
    labelBytesMax: 32,
    uuid: { pattern: /^[0-9a-f]{16}$/i, form: '16 hexadecimal digits', upperCase: true },
  },
  jfs: { isMountable: true, growth: 'mounted', labelBytesMax: 16, uuid: standardUuid },
  reiserfs: { isMountable: true, growth: 'always', labelBytesMax: 16, uuid: standardUuid },
  f2fs: { isMountable: true, growth: 'always', labelBytesMax: 255, uuid: standardUuid },
  swap: { isMountable: false, growth: 'always', labelBytesMax: 15, uuid: standardUuid },
  raw: { isMountable: false, growth: 'always', labelBytesMax: 0 },
}

/** The UUID as blkid(8) prints it. */
export function canonicalUuid(uuid: string, fstype: Fstype): string {
  return filesystemRules[fstype].uuid?.upperCase ? uuid.toUpperCase() : uuid.toLowerCase()
}

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}
