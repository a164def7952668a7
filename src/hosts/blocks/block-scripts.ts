import type { Run } from './block-ranges.js'
import { rangeBytes } from './block-ranges.js'

/**
 * What runs on servers for a copy of blocks: POSIX sh with dd and sha256sum, one command for many ranges. Each takes the
 * device, its bytes and those of a range, and then runs of ranges, `first-last`. Each says on standard output what it has
 * done, a line a range; `failed` stands for a read or a write that failed.
 */

const begin = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
exec 3>&1
device=$1 size=$2 range=$3
shift 3
mib=$((range / 1048576))
length_of() {
  length=$((size - $1 * range))
  [ "$length" -le "$range" ] || length=$range
}
`

/** Chosen: what a killed run has left on a server loses its streams, and ends at its next line. */
const patienceSeconds = 60

/** Waits until no other copy writes to the device, and fails where one goes on; the lock ends with the last process that has it. */
const alone = (device: string) => `exec 9<"${device}" || exit 1
waited=0
while command -v flock >/dev/null && ! flock -n 9; do
  waited=$((waited + 1))
  [ "$waited" -le ${patienceSeconds} ] || { echo "another copy has been writing to ${device} for ${patienceSeconds} s" >&2; exit 1; }
  sleep 1
done
`

const eachRange = (body: string) => `for run in "$@"; do
  index=\${run%-*} last=\${run#*-}
  while [ "$index" -le "$last" ]; do
    length_of "$index"
    ${body}
    index=$((index + 1))
  done
done
`

/** Says \`index digest\` for each range, of a destination once nothing writes there any more. */
const hashScript = `${begin}[ "$1" = reads ] || { ${alone('$device')} }
shift
blockdev --flushbufs "$device" 2>/dev/null
${eachRange(`digest=$({ dd if="$device" bs=1M skip=$((index * mib)) count="$length" iflag=fullblock,count_bytes 2>/dev/null || echo failed >&3; } | sha256sum) || exit 1
    echo "$index \${digest%% *}"`)}`

/** Writes the ranges to standard output one behind the other, compressed. */
const sendScript = `${begin}press=$1
shift
{ ${eachRange(`dd if="$device" bs=1M skip=$((index * mib)) count="$length" iflag=fullblock,count_bytes 2>/dev/null || exit 1`)}} | $press
`

/** Takes what \`sendScript\` says, and says each range that it has written. */
const receiveScript = `${begin}${alone('$device')}press=$1
shift
$press | { ${eachRange(`dd of="$device" bs=1M seek=$((index * mib)) count="$length" iflag=fullblock,count_bytes conv=notrunc 2>/dev/null || { echo failed >&3; exit 1; }
    echo "$index" >&3`)}
} || exit 1
sync "$device" 2>/dev/null || sync
`

/** Both devices are on this server: the destination is the first word behind the head. */
const localScript = `${begin}to=$1
shift
${alone('$to')}${eachRange(`dd if="$device" of="$to" bs=1M skip=$((index * mib)) seek=$((index * mib)) count="$length" iflag=fullblock,count_bytes conv=notrunc 2>/dev/null || { echo failed; exit 1; }
    echo "$index"`)}sync "$to" 2>/dev/null || sync
`

/** Makes the ranges zero: by the device itself where it can, which frees what lies below it. */
const zeroScript = `${begin}${alone('$device')}${eachRange(`blkdiscard -z -o $((index * range)) -l "$length" "$device" 2>/dev/null ||
      dd if=/dev/zero of="$device" bs=1M seek=$((index * mib)) count="$length" iflag=fullblock,count_bytes conv=notrunc 2>/dev/null ||
      { echo failed; exit 1; }
    echo "$index"`)}sync "$device" 2>/dev/null || sync
`

/** A device whose partitions have changed is read anew, so that the kernel and udev see what is on it. */
const rereadScript = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
blockdev --flushbufs "$1" 2>/dev/null
blockdev --rereadpt "$1" 2>/dev/null
udevadm trigger --action=change --name-match="$1" 2>/dev/null && udevadm settle --timeout=10 2>/dev/null
exit 0
`

/** Says \`held name\` for each device that something was built on (LVM, RAID), and \`has program\` for each that compresses. */
const inspectScript = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
name=\${1#/dev/}
for holder in /sys/class/block/"$name"/holders/* /sys/class/block/"$name"/"$name"*/holders/*; do
  [ -e "$holder" ] && echo "held \${holder##*/}"
done
for program in zstd lz4 gzip; do
  command -v "$program" >/dev/null && echo "has $program"
done
exit 0
`

export interface Device {
  readonly path: string
  /** How much of it counts: a larger destination is left alone behind the source's end. */
  readonly sizeBytes: number
}

export const blockScripts = {
  hash: (device: Device, runs: readonly Run[], use: 'reads' | 'writes') => argv(hashScript, device, [use], runs),
  send: (device: Device, { press }: Compression, runs: readonly Run[]) => argv(sendScript, device, [press], runs),
  receive: (device: Device, { unpress }: Compression, runs: readonly Run[]) =>
    argv(receiveScript, device, [unpress], runs),
  copyHere: (device: Device, to: string, runs: readonly Run[]) => argv(localScript, device, [to], runs),
  zero: (device: Device, runs: readonly Run[]) => argv(zeroScript, device, [], runs),
  reread: ({ path }: Device) => ['sh', '-c', rereadScript, 'evenkeel-reread', path],
  inspect: ({ path }: Device) => ['sh', '-c', inspectScript, 'evenkeel-inspect', path],
}

function argv(script: string, { path, sizeBytes }: Device, words: readonly string[], runs: readonly Run[]) {
  const ranges = runs.map(({ first, last }) => `${first}-${last}`)
  return ['sh', '-c', script, 'evenkeel-blocks', path, String(sizeBytes), String(rangeBytes), ...words, ...ranges]
}

/** A program at each end of a stream. */
export interface Compression {
  readonly press: string
  readonly unpress: string
}

const uncompressed: Compression = { press: 'cat', unpress: 'cat' }

/** zstd and lz4 are faster than a network between servers; gzip is not, and is taken only where it is asked for. */
export function chooseCompression(
  source: ReadonlySet<string>,
  destination: ReadonlySet<string>,
  isAsked: boolean,
): Compression {
  const both = (program: string) => source.has(program) && destination.has(program)
  if (both('zstd')) return { press: 'zstd -q -1 -c', unpress: 'zstd -q -d -c' }
  if (both('lz4')) return { press: 'lz4 -q -1 -c', unpress: 'lz4 -q -d -c' }
  if (isAsked && both('gzip')) return { press: 'gzip -1 -c', unpress: 'gzip -d -c' }
  return uncompressed
}
