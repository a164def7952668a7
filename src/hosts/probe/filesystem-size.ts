/**
 * The size in bytes that a filesystem claims in its own superblock, of which 512 bytes are given: from 1,024 on for ext,
 * swap and f2fs, from 65,536 on for btrfs and reiserfs, else from the start. Undefined where it is not read. Offsets are those of
 * the formats' definitions: ext4 (kernel ext4.h), XFS (xfs_format.h), btrfs (btrfs_tree.h), NTFS and FAT boot sectors,
 * f2fs (f2fs_fs.h), reiserfs (reiserfs.h), swap (swap.h).
 */
export function filesystemBytes(fstype: string, superblock: Buffer): number | undefined {
  if (superblock.length < 512) return undefined
  switch (fstype) {
    case 'ext2':
    case 'ext3':
    case 'ext4': {
      const has64Bit = (superblock.readUInt32LE(96) & 0x80) !== 0
      const blocks = superblock.readUInt32LE(4) + (has64Bit ? superblock.readUInt32LE(336) * 2 ** 32 : 0)
      return blocks * 1024 * 2 ** superblock.readUInt32LE(24)
    }
    case 'xfs':
      return Number(superblock.readBigUInt64BE(8)) * superblock.readUInt32BE(4)
    case 'btrfs':
      return Number(superblock.readBigUInt64LE(112))
    case 'ntfs':
      // The last sector is the copy of the boot sector.
      return (Number(superblock.readBigUInt64LE(40)) + 1) * superblock.readUInt16LE(11)
    case 'vfat':
      return (superblock.readUInt16LE(19) || superblock.readUInt32LE(32)) * superblock.readUInt16LE(11)
    case 'f2fs':
      return Number(superblock.readBigUInt64LE(36)) * 4096
    case 'reiserfs':
      return superblock.readUInt32LE(0) * superblock.readUInt16LE(44)
    case 'swap':
      return (superblock.readUInt32LE(4) + 1) * 4096
    default:
      return undefined
  }
}

/** The size of an XFS filesystem's own log, which statfs(2) does not count; 0 when the log lies on another device. */
export function xfsLogBytes(superblock: Buffer): number {
  if (superblock.length < 512 || superblock.readBigUInt64BE(48) === 0n) return 0
  return superblock.readUInt32BE(96) * superblock.readUInt32BE(4)
}
