import { HostError } from '../../core/errors.js'
import type { Effect } from '../../executor/ports.js'
import { commandFailed, runScript, runScriptOrFail } from '../ssh/command.js'
import { isSwappedOn, type VolumeDevice } from '../probe/devices.js'
import type { Inside } from '../probe/probe.js'
import type { SshSession } from '../ssh/ssh-session.js'

/** Lets the kernel swap to the device. */
export async function swapOn(session: SshSession, inside: Inside, device: VolumeDevice): Promise<Effect> {
  if (isSwappedOn(inside, device)) return 'unchanged'
  const title = `swapon ${device.contentPath}`
  const result = await runScript(session, { title, body: 'swapon -- "$1"', args: [device.contentPath] })
  if (result.exitCode === 0) return 'done'
  if (inside.filesystems?.includes('swap') === false) throw unsupported(session, device, result.stderrTail)
  throw commandFailed(session, title, result)
}

/** Moves what is swapped out back into memory; fails when there is too little of it. */
export async function swapOff(session: SshSession, device: VolumeDevice): Promise<void> {
  await runScriptOrFail(session, {
    title: `swapoff ${device.contentPath}`,
    body: 'swapoff -- "$1"',
    args: [device.contentPath],
  })
}

/** A swap area holds no data: it is made anew in the device's size, with the same label and UUID. */
export async function remakeSwap(session: SshSession, inside: Inside, device: VolumeDevice): Promise<void> {
  const wasOn = isSwappedOn(inside, device)
  if (wasOn) await swapOff(session, device)
  const { label, uuid } = device.content ?? {}
  const names = [...(label === undefined ? [] : ['-L', label]), ...(uuid === undefined ? [] : ['-U', uuid])]
  await runScriptOrFail(session, {
    title: `mkswap ${device.contentPath}`,
    // The device is looked at once more: nothing but a swap area is ever written over.
    body: `device=$1
shift
[ "$(blkid -p -o value -s TYPE "$device")" = swap ] || { echo 'it holds no swap area any more' >&2; exit 1; }
mkswap "$@" "$device" >&2 || exit 1
${wasOn ? 'swapon -- "$device"' : ''}`,
    args: [device.contentPath, ...names],
  })
}

function unsupported(session: SshSession, device: VolumeDevice, stderrTail: string): HostError {
  const host = session.access.address
  return new HostError(
    'HOST_FILESYSTEM_UNSUPPORTED',
    `the kernel of ${host} has no swap, so ${device.volumeId} cannot be used: ${stderrTail.trim()}`,
    { host, stderrTail, hint: 'use an image whose kernel has it, or say `unmounted: true`' },
  )
}
