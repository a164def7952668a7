import type { TreeFacts } from '../../../model/kinds/archive.js'

const gib = 2 ** 30
/** mke2fs makes one inode for so many bytes (mke2fs.conf, "inode_ratio"); the other filesystems make theirs as they go. */
const bytesPerInode = 16_384
/** Directories, links and special files take a block each at most, but for very large ones. */
const blockBytes = 4_096
/** What a filesystem keeps for itself. Chosen: above what mkfs takes for a small one (journals of 64 MiB, inode tables of 2 %). */
const overheadBytes = 96 * 2 ** 20
const overheadShare = 0.04

/**
 * How many GiB a volume needs for a directory, `slackPercent` of it free. A file that has changed is written beside the
 * old one before it takes its place, so there is room for the largest one twice.
 */
export function archiveSizeGiB(tree: TreeFacts, slackPercent: number): number {
  const others = (tree.entries - tree.files) * blockBytes
  const content = (tree.allocatedBytes + others) * (1 + slackPercent / 100) + tree.largestBytes
  const inodes = tree.entries * bytesPerInode * (1 + slackPercent / 100)
  const needed = Math.max(content * (1 + overheadShare) + overheadBytes, inodes)
  return Math.max(1, Math.ceil(needed / gib))
}
