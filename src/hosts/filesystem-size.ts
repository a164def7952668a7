import type { Signatures } from './probe-output.js'

/**
 * The size in bytes that a filesystem claims in its own superblock; undefined where it is not read. Offsets are those of
 * the formats' definitions: ext4 (kernel ext4.h), XFS (xfs_format.h), btrfs (btrfs_tree.h), NTFS and FAT boot sectors,
 * f2fs (f2fs_fs.h), reiserfs (reiserfs.h), swap (swap.h).
 */
export function filesystemBytes(fstype: string, superblocks: Signatures['superblocks']): number | undefined {
  const { at0, at1024, at65536 } = superblocks
  if (at0.length < 512 || at1024.length < 512 || at65536.length < 512) return undefined
  switch (fstype) {
    case 'ext2':
    case 'ext3':
    case 'ext4': {
      const has64Bit = (at1024.readUInt32LE(96) & 0x80) !== 0
      const blocks = at1024.readUInt32LE(4) + (has64Bit ? at1024.readUInt32LE(336) * 2 ** 32 : 0)
      return blocks * 1024 * 2 ** at1024.readUInt32LE(24)
    }
    case 'xfs':
      return Number(at0.readBigUInt64BE(8)) * at0.readUInt32BE(4)
    case 'btrfs':
      return Number(at65536.readBigUInt64LE(112))
    case 'ntfs':
      // The last sector is the copy of the boot sector.
      return (Number(at0.readBigUInt64LE(40)) + 1) * at0.readUInt16LE(11)
    case 'vfat':
      return (at0.readUInt16LE(19) || at0.readUInt32LE(32)) * at0.readUInt16LE(11)
    case 'f2fs':
      return Number(at1024.readBigUInt64LE(36)) * 4096
    case 'reiserfs':
      return at65536.readUInt32LE(0) * at65536.readUInt16LE(44)
    case 'swap':
      return (at1024.readUInt32LE(4) + 1) * 4096
    default:
      return undefined
  }
}

/** The size of an XFS filesystem's own log, which statfs(2) does not count; 0 when the log lies on another device. */
export function xfsLogBytes(superblock: Buffer): number {
  if (superblock.length < 512 || superblock.readBigUInt64BE(48) === 0n) return 0
  return superblock.readUInt32BE(96) * superblock.readUInt32BE(4)
}
