import type { FilesystemUse, HostVitals, MemoryUse } from '../../model/inside/host-vitals.js'
import { runScriptOrFail } from '../ssh/command.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { mountsOf } from './devices.js'
import { unescapeOctal } from './octal.js'
import { readInside, type Inside } from './probe.js'

/** Chosen: it reads a few files, and a disk that does not answer should not keep a table from being shown. */
const timeoutMs = 20_000

/**
 * Each line a word and what it tells. `disk` is a mount of a disk: its device number, mount point as /proc/self/mountinfo
 * writes it, type, and block size, blocks in all, free, and free for users (statfs(2)).
 */
const vitalsScript = String.raw`
read -r up rest < /proc/uptime; printf 'uptime %s\n' "$up"
read -r one five fifteen rest < /proc/loadavg; printf 'load %s %s %s\n' "$one" "$five" "$fifteen"
printf 'cpus %s\n' "$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)"
while read -r name kib rest; do
  case $name in MemTotal:|MemAvailable:|MemFree:|Buffers:|Cached:|SwapTotal:|SwapFree:) printf 'memory %s %s\n' "$name" "$kib" ;; esac
done < /proc/meminfo
while read -r id parent number root point rest; do
  after="\${rest#* - }"
  fstype="\${after%% *}"
  case $after in *' /dev/'*) ;; *) continue ;; esac
  [ "$root" = / ] || [ "$fstype" = btrfs ] || continue
  decoded=\${point}x
  case $point in *\\*)
    decoded=$(printf '%s' "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g'; printf x)
    decoded=$(printf '%b' "\${decoded%x}"; printf x) ;;
  esac
  use=$(stat -f -c '%S %b %f %a' -- "\${decoded%x}" 2>/dev/null) || continue
  printf 'disk %s %s %s %s\n' "$number" "$point" "$fstype" "$use"
done < /proc/self/mountinfo
`.replaceAll('\\${', '${')

/** How a server fares, in two round trips side by side. */
export async function readVitals(session: SshSession): Promise<HostVitals> {
  const [output, inside] = await Promise.all([
    runScriptOrFail(session, { title: 'vitals', body: vitalsScript, args: [], timeoutMs }),
    readInside(session),
  ])
  return parseVitals(output.toString('utf8'), volumesByMount(inside))
}

/** Mount point -> volume id. */
function volumesByMount(inside: Inside): ReadonlyMap<string, string> {
  return new Map(
    inside.devices.flatMap((device) =>
      mountsOf(inside, device).map(({ path }): [string, string] => [path, device.volumeId]),
    ),
  )
}

/**
 * Reads the script's output.
 *
 * @internal exported for its test
 */
export function parseVitals(output: string, volumes: ReadonlyMap<string, string>): HostVitals {
  let uptimeSeconds = 0
  let cpus = 1
  let load: HostVitals['load'] = [0, 0, 0]
  const memory = new Map<string, number>()
  const disks = new Map<string, FilesystemUse>()
  for (const line of output.split('\n')) {
    const [kind, ...words] = line.split(' ')
    if (kind === 'uptime') uptimeSeconds = Math.floor(Number(words[0]))
    else if (kind === 'cpus') cpus = Number(words[0])
    else if (kind === 'load') load = [Number(words[0]), Number(words[1]), Number(words[2])]
    else if (kind === 'memory') memory.set((words[0] ?? '').replace(':', ''), Number(words[1]) * 1024)
    else if (kind === 'disk') {
      const [number = '', point = '', fstype = '', ...figures] = words
      if (!disks.has(number)) disks.set(number, filesystemUse(unescapeOctal(point), fstype, figures, volumes))
    }
  }
  const filesystems = [...disks.values()].sort((left, right) => (left.path < right.path ? -1 : 1))
  return { uptimeSeconds, cpus, load, memory: memoryUse(memory), filesystems }
}

function filesystemUse(
  path: string,
  fstype: string,
  figures: readonly string[],
  volumes: ReadonlyMap<string, string>,
): FilesystemUse {
  const [size = 0, blocks = 0, free = 0, available = 0] = figures.map(Number)
  const volumeId = volumes.get(path)
  return {
    path,
    fstype,
    totalBytes: blocks * size,
    usedBytes: (blocks - free) * size,
    availableBytes: available * size,
    ...(volumeId !== undefined && { volumeId }),
  }
}

/** Kernels before 3.14 have no MemAvailable; what caches hold comes near it. */
function memoryUse(bytes: ReadonlyMap<string, number>): MemoryUse {
  const of = (name: string) => bytes.get(name) ?? 0
  return {
    totalBytes: of('MemTotal'),
    availableBytes: bytes.get('MemAvailable') ?? of('MemFree') + of('Buffers') + of('Cached'),
    swapTotalBytes: of('SwapTotal'),
    swapUsedBytes: of('SwapTotal') - of('SwapFree'),
  }
}
