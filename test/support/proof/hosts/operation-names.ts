/** What it does: it only reads; or it is this machine's alone, and nothing of it goes on when its process ends; left out, it may write. */
type Kind = 'reads' | 'here'

/** What goes to a server, told by what stands in it: how it is called, and what it does. */
const known: readonly (readonly [RegExp, string, Kind?])[] = [
  [/printf '\\036block/, 'probe', 'reads'],
  [/cloud-init status --wait/, 'wait for the first boot', 'reads'],
  [/evenkeel-mkfs/, 'make a filesystem'],
  [/evenkeel-fstab\.lock/, 'write /etc/fstab'],
  [/fsfreeze -f/, 'freeze'],
  [/for turn in 1 2 3 4; do\n {2}said=\$\(umount/, 'unmount'],
  [/evenkeel-lock.*stale\[/s, 'take keys away'],
  [/evenkeel-lock.*\$1 == kind/s, 'add a key'],
  [/evenkeel-one-shot/, 'one-shot key'],
  [/resize2fs/, 'grow ext'],
  [/e2fsck -fp/, 'check ext'],
  [/mount -t ext4 -o/, 'mount again'],
  [/xfs_growfs/, 'grow XFS'],
  [/swapoff/, 'swapoff'],
  [/mkswap/, 'mkswap'],
  [/swapon/, 'swapon'],
  [/path=\$1 type=\$2 options=\$3/, 'mount'],
  [/remount,/, 'remount'],
  [/^eval |\neval /, 'set up'],
  [/chown -- "\$2" "\$1"/, 'set owner and mode'],
  [/echo "held /, 'look at a device', 'reads'],
  [/\| sha256sum\)/, 'digest blocks', 'reads'],
  [/\| \$press/, 'send blocks', 'reads'],
  [/\$press \|/, 'write blocks'],
  [/blkdiscard -z/, 'zero blocks'],
  [/--rereadpt/, 'reread partitions'],
  [/^ssh .* -N /, 'log in', 'here'],
  [/^ssh-agent .*rsync/s, 'copy from server to server'],
  [/^ssh-(agent|add|keygen)/, 'an agent for keys', 'here'],
  [/^rsync --version|^ssh -V/, 'look for tools', 'here'],
  [/^rsync .*'?echo "\$@" >&2; exit 1/s, 'ask rsync for its options', 'here'],
  [/'?echo "\$@" >&2; exit 1/, 'ask the rsync of a server for its options', 'reads'],
  [/^rsync .*--dry-run/, 'compare', 'reads'],
  [/^rsync /, 'copy'],
  [/^ssh .*rsync.*--server/s, 'the other half of a copy'],
  [/command -v rsync.*echo directory|echo directory;.*command -v rsync/s, 'look at a source', 'reads'],
  [/made=\$directory/, 'prepare a destination'],
  [/bare=\$\(printf/, 'look at a destination', 'reads'],
]

export interface OperationName {
  readonly what: string
  readonly of: Kind | 'writes'
}

/** By the command's words and by what it is given on its standard input. */
export function nameOperation(command: string, input: string): OperationName {
  const text = input === '' ? command : `${command}\n${input}`
  const found = known.find(([pattern]) => pattern.test(text))
  if (found) return { what: found[1], of: found[2] ?? 'writes' }
  const body = input.slice(input.indexOf('set -- ') + 1) || command
  const plain = body.replaceAll(/\s+/g, ' ').replace(/^ssh -F \S+ \S+ /, 'ssh: ')
  return { what: plain.trim().slice(0, 120), of: 'writes' }
}
