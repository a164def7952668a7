import { execFileSync } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** They do what they do, unseen: what is asked of them is a matter of the scripts alone. */
const real =
  'awk base64 basename cat cmp cp cut date dirname env flock grep head ls mktemp mv rm rmdir sed sh sha256sum sort tail touch tr'

/** They are told of, and answer in few words: what they would change is not there. */
const answers: Readonly<Record<string, string>> = {
  sudo: 'shift; exec "$@"',
  blkid: 'case "$*" in *PTTYPE*) exit 2 ;; *"-s TYPE"*) echo swap ;; *) echo "$DEVICE" ;; esac',
  getent: 'echo "admin:x:0:0::$HOME:/bin/sh"',
  id: 'echo "$OWN_ID"',
  readlink: 'for last; do :; done; printf "%s\\n" "$last"',
  stat: 'echo "0:0 755"',
  resize2fs: 'echo "Operation not permitted" >&2; exit 1',
  // The watchdog's, which would let go what is frozen: for a moment of the test.
  sleep: 'exec "$REAL_SLEEP" 1',
  mkdir: 'exec "$REAL_MKDIR" "$@"',
  rsync: 'exec "$REAL_RSYNC" "$@"',
  // From here to another server with a one-shot key: sshd there runs what the key's line says.
  ssh: String.raw`line=$(grep evenkeel-one-shot "$HOME/.ssh/authorized_keys")
command=$(printf '%s\n' "$line" | sed 's/^restrict,command="//; s/",from=".*//; s/\\"/"/g')
exec sh -c "$command"`,
}

/** They are told of, and are silent. */
const silent =
  'apt-get blkdiscard blockdev btrfs canary chmod chown dd dmesg e2fsck fsfreeze mkfs.btrfs mkfs.f2fs mkfs.ntfs mkfs.vfat mkswap mount ntfslabel record swapoff swapon sync systemctl udevadm umount wipefs xfs_growfs'

/** Not worth telling: it says nothing of a value, and stands before everything. */
const untold = new Set(['sudo', 'sleep', 'ssh'])

/** Ends the words of one program in the record. */
const endMark = '\u001E<end>'

/** Fills a directory with programs that write down their arguments in the file `RECORD`, and returns their environment. */
export async function writeStubPrograms(bin: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(bin)
  for (const name of real.split(' ')) await symlink(pathOf(name), join(bin, name))
  for (const name of [...silent.split(' '), ...Object.keys(answers)]) {
    const tells = untold.has(name) ? '' : `printf '%s\\0' ${name} "$@" '${endMark}' >> "$RECORD"\n`
    await writeFile(join(bin, name), `#!/bin/sh\n${tells}${answers[name] ?? ''}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const reals = ['sleep', 'mkdir', 'rsync'].map((name) => [`REAL_${name.toUpperCase()}`, pathOf(name)])
  return { ...Object.fromEntries(reals), PATH: bin, OWN_ID: String(process.getuid?.() ?? 0) }
}

function pathOf(name: string): string {
  return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()
}

/** What programs were run with which words, in order. */
export type Transcript = readonly (readonly string[])[]

export function readTranscript(record: string): Transcript {
  const calls: string[][] = [[]]
  for (const word of record.split('\0')) {
    if (word === endMark) calls.push([])
    else calls.at(-1)?.push(word)
  }
  // Behind the last mark stands the rest of the text, which is empty.
  return calls.slice(0, -1)
}
