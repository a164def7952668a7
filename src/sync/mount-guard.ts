import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { CopyPlace } from '../executor/ports.js'

/** Exit status of a guard that stops what follows it. Chosen: none that ssh, sudo or rsync (rsync(1), "EXIT VALUES") ends with. */
const notMountedStatus = 78

/**
 * Shell text that ends the script unless the filesystem that was found at a mount point is there still, on top; empty
 * for an end that lies on no volume. Reads /proc alone, so that a filesystem that hangs does not hang it.
 */
export function mountGuard({ mounted }: Pick<CopyPlace, 'mounted'>): string {
  if (!mounted) return ''
  const path = shellWord(mountInfoPath(mounted.mountPath))
  const number = shellWord(mounted.number)
  return `{ n=; while read -r _ _ d _ p _; do [ "$p" = ${path} ] && n=$d; done < /proc/self/mountinfo; [ "$n" = ${number} ]; } || exit ${notMountedStatus}; `
}

/** Rejects with what a guard that stopped means. */
export function throwIfUnmounted(
  { exitCode }: { readonly exitCode: number },
  host: string,
  places: readonly Pick<CopyPlace, 'mounted'>[],
): void {
  const paths = [...new Set(places.flatMap(({ mounted }) => mounted?.mountPath ?? []))]
  if (exitCode !== notMountedStatus || paths.length === 0) return
  throw new HostError('HOST_NOT_MOUNTED', `the volume at ${paths.join(', ')} on ${host} was unmounted meanwhile`, {
    host,
    exitCode,
    hint: 'run `evenkeel apply`, which mounts it again',
  })
}

/** A path as the fifth field of /proc/self/mountinfo has it (proc(5): blank, tab, line end and backslash in octal). */
function mountInfoPath(path: string): string {
  return path.replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
