import { watch } from 'node:fs'

/** How long writers must have been quiet; a partitioning program writes a table in several strokes. */
const quietMs = 50

/**
 * Calls `changed` after somebody in the host has written to the device node itself, as udev does to find new partition
 * tables; what a mounted filesystem writes does not count. Returns the end of the watch.
 */
export function watchNode(path: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(path, { persistent: false }, () => {
    clearTimeout(timer)
    timer = setTimeout(changed, quietMs).unref()
  })
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
