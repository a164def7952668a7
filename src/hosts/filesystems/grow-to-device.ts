import type { Clock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import { shellCommand } from '../../core/shell-words.js'
import type { Effect, HostPort } from '../../executor/ports.js'
import { commandFailed, runScript } from '../ssh/command.js'
import { isWantedFstype } from './describe-content.js'
import { mountsOf, type VolumeDevice } from '../probe/devices.js'
import { filesystemTable, type GrowFacts, type Packages } from './filesystem-table.js'
import { foreignContent, packageMissing } from './mkfs.js'
import { filesystemMissing } from '../mounts/mount-filesystem.js'
import type { MountInfo } from '../probe/probe-output.js'
import { aloneFunction, exitStatuses, needFunction, packageArguments } from './shell-library.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { remakeSwap } from '../mounts/swap-area.js'
import { unmountPaths } from '../mounts/unmount-filesystem.js'
import { readDevice } from '../probe/wait-for-device.js'

export type GrowRequest = Parameters<HostPort['growFilesystem']>[1]

/** Grows the partition, if there is one, then the filesystem, to the size of the device. */
export async function growFilesystem(session: SshSession, request: GrowRequest, clock: Clock): Promise<Effect> {
  const { volumeId, fstype } = request
  if (fstype === 'raw') return 'unchanged'
  const facts = filesystemTable[fstype]
  const { inside, device } = await readDevice(session, volumeId, clock)
  if (!device.content) throw filesystemMissing(session, volumeId)
  if (!isWantedFstype(device.content, fstype)) throw foreignContent(session, volumeId, device.content, fstype)
  if (!facts.grow && fstype !== 'swap') throw cannotGrow(session, volumeId, fstype)
  const present = device.partitionPath === undefined ? device : await growPartition(session, device, clock)
  if (fillsDevice(present)) return 'unchanged'
  if (!facts.grow) {
    await remakeSwap(session, inside, present)
    return 'done'
  }
  await needProgram(session, fstype)
  const mount = mountsOf(inside, device).findLast(({ root }) => root === '/')
  if (mount) await growMounted(session, device, mount, facts.grow)
  else await growUnmounted(session, device, facts.grow, facts.mountType)
  const { device: after } = await readDevice(session, volumeId, clock)
  return after.content?.filesystemBytes === device.content.filesystemBytes ? 'unchanged' : 'done'
}

/** Chosen: what a filesystem leaves unused at the end is less than one of its largest clusters. */
const slackBytes = 65_536

function fillsDevice(device: VolumeDevice): boolean {
  const size = device.content?.filesystemBytes
  return size !== undefined && size > holderBytes(device) - slackBytes
}

async function growMounted(
  session: SshSession,
  device: VolumeDevice,
  mount: MountInfo,
  grow: GrowFacts,
): Promise<void> {
  if (grow.mounted) {
    const argv = [...grow.mounted.argv, grow.mounted.of === 'device' ? device.contentPath : mount.path]
    const result = await run(session, device, argv, { mount })
    if (result.exitCode === 0) return
    // What a killed run had left in the server unmounted it meanwhile: it goes as it is, and is mounted again.
    const isGone = result.exitCode === exitStatuses.changedMeanwhile
    // Some kernels and capability sets refuse it to a mounted ext filesystem (EPERM, EOPNOTSUPP): then it goes without.
    const isRefused = /not permitted|permission denied|not supported|too old/i.test(result.stderrTail)
    if (!(isGone || isRefused) || !grow.unmounted) throw commandFailed(session, shellCommand(argv), result)
  }
  const { unmounted } = grow
  if (!unmounted) throw cannotGrow(session, device.volumeId, mount.fstype)
  await unmountPaths(session, device, [mount.path])
  // Whatever becomes of the growth, the volume is mounted again.
  const failure = await growOffline(session, device, unmounted).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const options = [...mount.options.split(','), ...mount.superOptions.split(',')].filter(isMountOption)
  const type = mount.fstype === 'fuseblk' ? 'ntfs' : mount.fstype
  const again = ['mount', '-t', type, '-o', [...new Set(options)].join(','), device.contentPath, mount.path]
  const result = await run(session, device, again)
  if (failure) throw failure.error
  if (result.exitCode !== 0) throw commandFailed(session, shellCommand(again), result)
}

/** Super options that the kernel shows and does not take back, or that belong to FUSE alone. */
function isMountOption(option: string): boolean {
  return (
    option !== '' && !/^(?:user_id|group_id|blksize|default_permissions|allow_other|subvolid|seclabel)\b/.test(option)
  )
}

async function growUnmounted(
  session: SshSession,
  device: VolumeDevice,
  grow: GrowFacts,
  mountType: string,
): Promise<void> {
  if (grow.unmounted) {
    await growOffline(session, device, grow.unmounted)
    return
  }
  // XFS and btrfs grow only mounted, so they are mounted for a moment where nobody sees it.
  const { mounted } = grow
  if (!mounted) throw cannotGrow(session, device.volumeId, mountType)
  const argv =
    mounted.of === 'device'
      ? shellCommand([...mounted.argv, device.contentPath])
      : `${shellCommand(mounted.argv)} "$point"`
  const result = await runScript(session, {
    title: shellCommand(mounted.argv),
    body: `point=$(mktemp -d /run/evenkeel-grow.XXXXXX) || exit 1
mount -t "$1" -- "$2" "$point" || { status=$?; rmdir "$point"; exit "$status"; }
${argv} > /dev/null
status=$?
umount -- "$point" && rmdir "$point"
exit "$status"`,
    args: [mountType, device.contentPath],
  })
  if (result.exitCode !== 0) throw commandFailed(session, shellCommand(mounted.argv), result)
}

async function growOffline(
  session: SshSession,
  device: VolumeDevice,
  unmounted: NonNullable<GrowFacts['unmounted']>,
): Promise<void> {
  if (unmounted.check) {
    const argv = [...unmounted.check, device.contentPath]
    const checked = await run(session, device, argv)
    // fsck(8): 1 says that errors were corrected.
    if (checked.exitCode > 1) {
      throw new HostError(
        'HOST_FILESYSTEM_DAMAGED',
        `the filesystem on ${device.volumeId} needs a repair by hand: \`${shellCommand(argv)}\` ended with exit status ${checked.exitCode}`,
        {
          host: session.access.address,
          command: shellCommand(argv),
          exitCode: checked.exitCode,
          stderrTail: checked.stderrTail,
          hint: 'take a snapshot, then run e2fsck on the server',
        },
      )
    }
  }
  for (const argv of [unmounted.argv, unmounted.afterwards ?? []]) {
    if (argv.length === 0) continue
    const result = await run(session, device, [...argv, device.contentPath], { answers: 'y\n' })
    if (result.exitCode !== 0) throw commandFailed(session, shellCommand([...argv, device.contentPath]), result)
  }
}

/**
 * Runs one program on a device as root; its output of both kinds stands in `stderrTail`. `answers` is its standard input; with
 * `mount`, it ends with `changedMeanwhile` where that is not mounted any more.
 */
function run(
  session: SshSession,
  { contentPath }: VolumeDevice,
  argv: readonly string[],
  { answers = '', mount }: { readonly answers?: string; readonly mount?: MountInfo } = {},
) {
  return runScript(session, {
    title: shellCommand(argv),
    body: `${aloneFunction}
alone "$2"
if [ -n "$3" ] && ! awk -v number="$3" '$3 == number { found = 1 } END { exit !found }' /proc/self/mountinfo; then
  echo "it was unmounted meanwhile" >&2
  exit ${exitStatuses.changedMeanwhile}
fi
printf %s "$1" | { ${shellCommand(argv)}; } 8<&- >&2`,
    args: [answers, contentPath, mount?.number ?? ''],
  })
}

/** Chosen: EC2 grows by whole GiB; what stands before a partition and behind it is less. */
const partitionGapBytes = 2 ** 29

/** udev, or whoever makes the nodes, follows the kernel a moment later. */
const partitionPatienceMs = 5_000

/**
 * Lets the partition reach to the end of the device, and returns the device as it is then. growpart knows both kinds of
 * partition table; exit status 1 with NOCHANGE is fine.
 */
async function growPartition(session: SshSession, device: VolumeDevice, clock: Clock): Promise<VolumeDevice> {
  const before = holderBytes(device)
  if (device.sizeBytes - before < partitionGapBytes) return device
  const number = /(\d+)$/.exec(device.partitionPath ?? '')?.[1] ?? '1'
  const result = await runScript(session, {
    title: `grow partition ${device.partitionPath}`,
    body: partitionScript,
    args: [device.path, number, ...packageArguments(growpartPackages)],
  })
  if (result.exitCode === exitStatuses.packageMissing) throw packageMissing(session, 'growpart', result.stderrTail)
  if (result.exitCode !== 0) throw commandFailed(session, `grow partition ${device.partitionPath}`, result)
  const start = clock.now()
  for (;;) {
    const { device: now } = await readDevice(session, device.volumeId, clock)
    if (holderBytes(now) > before || clock.now() - start > partitionPatienceMs) return now
    await clock.sleep(100)
  }
}

/** The size of what holds the filesystem: the device itself, or its only partition. */
function holderBytes(device: VolumeDevice): number {
  return device.blocks.find((block) => `/dev/${block.name}` === device.contentPath)?.sizeBytes ?? 0
}

const growpartPackages: Packages = {
  'apt-get': 'cloud-guest-utils',
  dnf: 'cloud-utils-growpart',
  yum: 'cloud-utils-growpart',
  zypper: 'growpart',
  apk: 'cloud-utils-growpart',
}

const partitionScript = `${needFunction}
command -v sfdisk > /dev/null || need growpart "$3" "$4" "$5" "$6" "$7"
if command -v growpart > /dev/null; then
  said=$(growpart "$1" "$2" 2>&1) && exit 0
  case $said in *NOCHANGE*) exit 0 ;; esac
  printf '%s\\n' "$said" >&2
  exit 1
fi
sfdisk --relocate gpt-bak-std "$1" > /dev/null 2>&1 || :
echo ', +' | sfdisk -q --no-reread -N "$2" "$1" >&2 || exit 1
partx -u "$1" > /dev/null 2>&1 || blockdev --rereadpt "$1"
`

async function needProgram(session: SshSession, fstype: keyof typeof filesystemTable): Promise<void> {
  const { grow, packages } = filesystemTable[fstype]
  const program = grow?.mounted?.argv[0] ?? grow?.unmounted?.argv[0] ?? ''
  const result = await runScript(session, {
    title: `look for ${program}`,
    body: `${needFunction}\nneed "$@"`,
    args: [program, ...packageArguments(packages)],
  })
  if (result.exitCode === exitStatuses.packageMissing) throw packageMissing(session, program, result.stderrTail)
}

function cannotGrow(session: SshSession, volumeId: string, fstype: string): HostError {
  return new HostError('HOST_FILESYSTEM_CANNOT_GROW', `the ${fstype} filesystem on ${volumeId} cannot be made larger`, {
    host: session.access.address,
    hint: 'copy its files to a larger volume',
  })
}
