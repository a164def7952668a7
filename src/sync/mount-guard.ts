import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { MountedFilesystem } from '../executor/ports.js'
import type { ChildResult } from './child.js'
import { machineName, type Machine } from './machine.js'

/** An end of a copy, as far as it lies on volumes. */
interface OnVolumes {
  readonly machine: Machine
  /** What must be mounted there, still, when files are read or written. */
  readonly mounted: readonly MountedFilesystem[]
}

/** Exit status of a guard that stops what follows it. Chosen: none that ssh, sudo or rsync (rsync(1), "EXIT VALUES") ends with. */
const notMountedStatus = 78

/** What a guard that stops says: its exit status does not always come through rsync. */
const notMountedMark = 'evenkeel: not mounted any more: '

/**
 * Shell text that ends the script unless the filesystems that were found at their mount points are there still, and nothing
 * was mounted over them or over a directory above; empty for ends that lie on no volume. Reads /proc alone, so that a
 * filesystem that hangs does not hang it.
 */
export function mountGuard(ends: readonly OnVolumes[]): string {
  return ends
    .flatMap(({ machine, mounted }) => mounted.map((found) => ({ host: machineName(machine), ...found })))
    .map(({ host, mountPath, number }) => {
      const path = mountInfoPath(mountPath)
      const says = shellWord(`${notMountedMark}${host}:${mountPath}`)
      // The last one mounted at or above the path is what is seen there. Above all is the root directory, which hides nothing.
      const found = `n=; while read -r _ _ d _ p _; do [ "$p" = / ] || case ${shellWord(`${path}/`)} in "$p"/*) n="$d $p" ;; esac; done < /proc/self/mountinfo`
      return `${found}; [ "$n" = ${shellWord(`${number} ${path}`)} ] || { printf '%s\\n' ${says} >&2; exit ${notMountedStatus}; }; `
    })
    .join('')
}

/** The same for one command, as one command again. */
export function guarded(ends: readonly OnVolumes[], command: string): string {
  const guard = mountGuard(ends)
  return guard === '' ? command : `sh -c ${shellWord(`${guard}exec ${command}`)}`
}

/** Rejects with what a guard that stopped means, whichever end it stood before. */
export function throwIfUnmounted({ exitCode, stderrTail }: ChildResult): void {
  const said = stderrTail.split('\n').find((line) => line.startsWith(notMountedMark))
  if (exitCode === 0 || said === undefined) return
  const [, host = '', path = ''] = /^(.*?):(.*)$/.exec(said.slice(notMountedMark.length)) ?? []
  throw new HostError('HOST_NOT_MOUNTED', `the volume at ${path} on ${host} was unmounted or hidden meanwhile`, {
    host,
    exitCode,
    hint: 'run `evenkeel apply`, which mounts it again',
  })
}

/** A path as the fifth field of /proc/self/mountinfo has it (proc(5): blank, tab, line end and backslash in octal). */
function mountInfoPath(path: string): string {
  return path.replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
