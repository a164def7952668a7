import type { Clock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import { shellCommand } from '../../core/shell-words.js'
import type { Effect, HostPort } from '../../executor/ports.js'
import type { HostContent } from '../../model/inside/host-facts.js'
import type { Fstype } from '../../model/inside/fstype.js'
import { commandFailed, runScript } from '../ssh/command.js'
import { describeContent, isWantedFstype } from './describe-content.js'
import { type FilesystemFacts, filesystemTable } from './filesystem-table.js'
import { aloneFunction, exitStatuses, needFunction, packageArguments } from './shell-library.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { readDevice } from '../probe/wait-for-device.js'

export type MakeRequest = Parameters<HostPort['makeFilesystem']>[1]

/** Makes the filesystem on a device on which nothing at all is found; anything found but the wanted filesystem is an error. */
export async function makeFilesystem(session: SshSession, request: MakeRequest, clock: Clock): Promise<Effect> {
  if (request.fstype === 'raw') return 'unchanged'
  const facts = filesystemTable[request.fstype]
  checkNames(session, request, facts)
  const { inside, device } = await readDevice(session, request.volumeId, clock)
  if (device.content) {
    if (isWanted(device.content, request)) return 'unchanged'
    throw foreignContent(session, request.volumeId, device.content, request.fstype)
  }
  if (request.isUsed && inside.filesystems?.includes(request.fstype) === false) throw unsupported(session, request)
  const path = device.contentPath
  const make = [
    ...facts.make,
    ...(request.label === undefined ? [] : (facts.label?.(request.label) ?? [])),
    ...(request.uuid === undefined ? [] : (facts.uuid?.(request.uuid) ?? [])),
    path,
  ]
  const afterwards =
    request.uuid === undefined || !facts.uuidAfterwards ? [] : [[...facts.uuidAfterwards(request.uuid), path]]
  const program = make[0] ?? ''
  const result = await runScript(session, {
    title: `${program} on ${request.volumeId}`,
    body: makeScript([make, ...afterwards].map(shellCommand).join(' && ')),
    args: [path, program, ...packageArguments(facts.packages)],
  })
  if (result.exitCode === 0) return 'done'
  if (result.exitCode === exitStatuses.notBlank) {
    const { device: now } = await readDevice(session, request.volumeId, clock)
    if (now.content && isWanted(now.content, request)) return 'unchanged'
    const found = now.content ?? { fstype: 'unknown', label: undefined, uuid: undefined, filesystemBytes: undefined }
    throw foreignContent(session, request.volumeId, found, request.fstype)
  }
  throw result.exitCode === exitStatuses.packageMissing
    ? packageMissing(session, program, result.stderrTail)
    : commandFailed(session, make.join(' '), result)
}

/**
 * The device is looked at once more right before: between the probe and here somebody may have used it. mkfs gets no
 * pipe to write into, so that it goes on to its end when the connection breaks.
 */
const makeScript = (make: string) => `${needFunction}${aloneFunction}
need "$2" "$3" "$4" "$5" "$6" "$7"
alone "$1"
[ "$(wipefs -n -p "$1" 2>&1)" = '' ] || exit ${exitStatuses.notBlank}
found=$(blkid -p -o value -s TYPE -s PTTYPE "$1" 2>&1)
case $?:$found in 2:|0:) ;; *) exit ${exitStatuses.notBlank} ;; esac
log=$(mktemp /tmp/evenkeel-mkfs.XXXXXX) || exit 1
{ ${make}; } > "$log" 2>&1
status=$?
[ "$status" = 0 ] || tail -n 10 "$log" >&2
rm -f "$log"
exit "$status"
`

function checkNames(session: SshSession, request: MakeRequest, facts: FilesystemFacts): void {
  const { label, uuid, fstype } = request
  const bad = (message: string) => new HostError('HOST_BAD_LABEL', message, { host: session.access.address })
  if (label !== undefined && Buffer.byteLength(label) > facts.labelBytesMax) {
    throw bad(`the label "${label}" is longer than the ${facts.labelBytesMax} bytes that ${fstype} can hold`)
  }
  if (uuid !== undefined && !facts.uuidPattern.test(uuid)) throw bad(`${fstype} cannot have the UUID ${uuid}`)
}

/** The same kind, with the label and UUID that were asked for: what an earlier, interrupted run made. */
function isWanted(
  content: HostContent,
  request: { fstype: Fstype; label: string | undefined; uuid: string | undefined },
) {
  const sameText = (found: string | undefined, wanted: string | undefined) =>
    wanted === undefined || found?.toLowerCase() === wanted.toLowerCase()
  return (
    isWantedFstype(content, request.fstype) &&
    sameText(content.label, request.label) &&
    sameText(content.uuid, request.uuid)
  )
}

/** Told before anything is written, so that the volume is still blank when the file names another filesystem. */
function unsupported(session: SshSession, { volumeId, fstype }: MakeRequest): HostError {
  const host = session.access.address
  return new HostError(
    'HOST_FILESYSTEM_UNSUPPORTED',
    `the kernel of ${host} cannot use ${fstype}, so no filesystem was made on ${volumeId}`,
    {
      host,
      hint: 'choose another fstype, take an image whose kernel has it (some keep it in a package such as linux-modules-extra or kernel-modules-extra), or say `unmounted: true`',
    },
  )
}

/** The error that names what was found on a volume. */
export function foreignContent(session: SshSession, volumeId: string, content: HostContent, wanted: Fstype): HostError {
  return new HostError(
    'HOST_FOREIGN_FILESYSTEM',
    `${volumeId} on ${session.access.address} holds ${describeContent(content)}, not the ${wanted} that the stack file names; evenkeel never formats it`,
    {
      host: session.access.address,
      hint: `write down what it holds (fstype: ${content.fstype}), or take another volume; to throw its content away, run wipefs on it by hand`,
    },
  )
}

export function packageMissing(session: SshSession, program: string, stderrTail: string): HostError {
  return new HostError(
    'HOST_PACKAGE_MISSING',
    `${program} is missing on ${session.access.address} and could not be installed: ${stderrTail.trim().split('\n').slice(-2).join('; ')}`,
    {
      host: session.access.address,
      stderrTail,
      hint: 'install it by user data or a setup command, or use an image that has it',
    },
  )
}
