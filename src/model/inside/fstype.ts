export const fstypes = [
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'vfat',
  'ntfs',
  'jfs',
  'reiserfs',
  'f2fs',
  'swap',
  'raw',
] as const
export type Fstype = (typeof fstypes)[number]

/** A filesystem name as blkid says it, in the stack file's word; undefined when the file has no word for it. */
export function fstypeFromBlkid(name: string): Fstype | undefined {
  const renamed: Readonly<Record<string, Fstype>> = { ntfs3: 'ntfs', 'ntfs-3g': 'ntfs', msdos: 'vfat' }
  const known = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'ntfs', 'jfs', 'reiserfs', 'f2fs', 'swap'] as const
  return known.find((fstype) => fstype === name) ?? renamed[name]
}
