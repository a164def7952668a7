import { type Fstype, fstypes } from '../../model/inside/fstype.js'

/**
 * Shell: prints the filesystem modules that the running kernel could load, as paths and aliases (modules.dep(5)): Red
 * Hat's kernels, for one, have ext2 and ext3 as aliases of ext4 alone.
 */
export const listLoadable = String.raw`(cd "/lib/modules/$(uname -r)" 2>/dev/null &&
  grep -h -s -o -E '/(ext[234]|xfs|btrfs|vfat|ntfs3?|jfs|reiserfs|f2fs|fuse)[.]ko|^alias fs-[a-z0-9]+ ' \
    modules.dep modules.builtin modules.alias)`

/** FUSE carries ntfs-3g; one driver serves msdos and vfat. */
const drivers: Readonly<Partial<Record<Fstype, readonly string[]>>> = { ntfs: ['ntfs3', 'ntfs', 'fuseblk', 'fuse'] }

/**
 * The filesystems that a kernel has or can load, in the stack file's words, sorted. `swaps` is the content of /proc/swaps,
 * which a kernel without swap has not.
 */
export function kernelFilesystems(registered: string, loadable: string, swaps: string): readonly Fstype[] {
  const names = new Set([
    ...registered.split('\n').map((line) => line.split('\t').at(-1) ?? ''),
    ...[...loadable.matchAll(/\/([a-z0-9]+)\.ko/g)].map((match) => match[1] ?? ''),
    ...[...loadable.matchAll(/^alias fs-([a-z0-9]+) /gm)].map((match) => match[1] ?? ''),
  ])
  return fstypes
    .filter((fstype) =>
      fstype === 'swap' ? swaps.startsWith('Filename') : (drivers[fstype] ?? [fstype]).some((name) => names.has(name)),
    )
    .toSorted()
}
