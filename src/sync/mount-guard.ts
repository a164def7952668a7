import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { MountedFilesystem } from '../executor/ports.js'
import type { ChildResult } from './child.js'

/** An end of a copy, as far as it lies on volumes. */
interface OnVolumes {
  /** What must be mounted there, still, when files are read or written. */
  readonly mounted: readonly MountedFilesystem[]
}

/** Exit status of a guard that stops what follows it. Chosen: none that ssh, sudo or rsync (rsync(1), "EXIT VALUES") ends with. */
const notMountedStatus = 78

/** What a guard that stops says: its exit status does not always come through rsync. */
const notMountedMark = 'evenkeel: not mounted any more: '

/**
 * Shell text that ends the script unless the filesystems that were found at their mount points are there still, on top;
 * empty for ends that lie on no volume. Reads /proc alone, so that a filesystem that hangs does not hang it.
 */
export function mountGuard(ends: readonly OnVolumes[]): string {
  return ends
    .flatMap(({ mounted }) => mounted)
    .map(({ mountPath, number }) => {
      const path = shellWord(mountInfoPath(mountPath))
      const says = shellWord(`${notMountedMark}${mountPath}`)
      const found = `n=; while read -r _ _ d _ p _; do [ "$p" = ${path} ] && n=$d; done < /proc/self/mountinfo`
      return `${found}; [ "$n" = ${shellWord(number)} ] || { printf '%s\\n' ${says} >&2; exit ${notMountedStatus}; }; `
    })
    .join('')
}

/** The same for one command, as one command again. */
export function guarded(ends: readonly OnVolumes[], command: string): string {
  const guard = mountGuard(ends)
  return guard === '' ? command : `sh -c ${shellWord(`${guard}exec ${command}`)}`
}

/** Rejects with what a guard that stopped means. */
export function throwIfUnmounted({ exitCode, stderrTail }: ChildResult, host: string): void {
  const path = stderrTail.split('\n').find((line) => line.startsWith(notMountedMark))
  if (exitCode === 0 || path === undefined) return
  const message = `the volume at ${path.slice(notMountedMark.length)} on ${host} was unmounted meanwhile`
  throw new HostError('HOST_NOT_MOUNTED', message, {
    host,
    exitCode,
    hint: 'run `evenkeel apply`, which mounts it again',
  })
}

/** A path as the fifth field of /proc/self/mountinfo has it (proc(5): blank, tab, line end and backslash in octal). */
function mountInfoPath(path: string): string {
  return path.replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
