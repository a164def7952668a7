import { HostError } from '../../core/errors.js'
import type { Effect, HostPort } from '../../executor/ports.js'
import { fstabOptions } from '../../model/inside/fstab-line.js'
import { commandFailed, runScript } from '../ssh/command.js'
import { foreignContent } from '../filesystems/mkfs.js'
import { isWantedFstype } from '../filesystems/describe-content.js'
import { filesystemTable } from '../filesystems/filesystem-table.js'
import { conflictingLine, type ManagedLine, writeManagedLine } from './fstab-text.js'
import { filesystemMissing } from './mount-filesystem.js'
import { readInside } from '../probe/probe.js'
import { exitStatuses } from '../filesystems/shell-library.js'
import type { SshSession } from '../ssh/ssh-session.js'

export type FstabRequest = Parameters<HostPort['writeFstab']>[1]

/** Writes the volume's managed line, by UUID. */
export async function writeFstab(session: SshSession, request: FstabRequest): Promise<Effect> {
  const { volumeId, fstype, mount } = request
  if (fstype === 'raw') return 'unchanged'
  const facts = filesystemTable[fstype]
  const inside = await readInside(session)
  const content = inside.devices.find((device) => device.volumeId === volumeId)?.content
  if (!content) throw filesystemMissing(session, volumeId)
  if (!isWantedFstype(content, fstype)) throw foreignContent(session, volumeId, content, fstype)
  if (content.uuid === undefined) {
    throw new HostError(
      'HOST_FILESYSTEM_UNSUPPORTED',
      `the ${fstype} filesystem on ${volumeId} has no UUID for /etc/fstab`,
      {
        host: session.access.address,
      },
    )
  }
  const line: ManagedLine = {
    volumeId,
    source: `UUID=${content.uuid}`,
    path: mount.path,
    fstype: facts.mountType ?? fstype,
    options: fstabOptions(mount),
    pass: facts.fsckPass,
  }
  return editFstab(session, inside.fstab, (text) => {
    const conflict = conflictingLine(text, line)
    if (conflict === undefined) return writeManagedLine(text, line)
    throw new HostError(
      'HOST_FSTAB_CONFLICT',
      `/etc/fstab on ${session.access.address} has another line for ${mount.path}: ${conflict.trim()}`,
      { host: session.access.address, hint: 'take that line out, or choose another mount point' },
    )
  })
}

/** Chosen: other volumes of the same server write theirs at the same time. */
const attemptsMax = 8

/**
 * Replaces /etc/fstab atomically by what `edit` makes of it. `current` is its content as last read (latin1); when it has
 * changed since, it is read and edited anew.
 */
export async function editFstab(session: SshSession, current: string, edit: (text: string) => string): Promise<Effect> {
  let before = current
  for (let attempt = 1; ; attempt += 1) {
    const bytes = Buffer.from(before, 'latin1')
    const text = bytes.toString('utf8')
    // A file in another encoding is edited byte by byte; managed lines are ASCII in any case.
    const isUtf8 = Buffer.from(text, 'utf8').equals(bytes)
    const after = isUtf8 ? Buffer.from(edit(text), 'utf8') : Buffer.from(edit(before), 'latin1')
    if (after.equals(bytes)) return 'unchanged'
    const result = await runScript(session, {
      title: 'write /etc/fstab',
      body: replaceScript,
      args: [bytes.toString('base64'), after.toString('base64')],
    })
    if (result.exitCode === 0) return 'done'
    if (result.exitCode !== exitStatuses.changedMeanwhile || attempt === attemptsMax) {
      throw commandFailed(session, 'write /etc/fstab', result)
    }
    before = (await readInside(session)).fstab
  }
}

/** systemd makes units of fstab, and mounts by the old ones until it is told. */
const replaceScript = String.raw`
file=$(readlink -f /etc/fstab) || exit 1
exec 9>/run/evenkeel-fstab.lock && { ! command -v flock > /dev/null || flock 9; }
[ -e "$file" ] || { : > "$file" && chmod 644 "$file"; } || exit 1
[ "$(base64 -w 0 < "$file")" = "$1" ] || exit ${exitStatuses.changedMeanwhile}
new=$(mktemp "$file.XXXXXX") || exit 1
if cp -p "$file" "$new" && printf %s "$2" | base64 -d > "$new" && sync "$new" && mv -f "$new" "$file"; then
  [ ! -d /run/systemd/system ] || systemctl daemon-reload > /dev/null 2>&1 || :
  exit 0
fi
rm -f "$new"
exit 1
`
