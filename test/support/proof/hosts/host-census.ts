import { Writable } from 'node:stream'
import { runOnServer } from '../../../../src/app/servers/run-on-servers.js'
import type { Session } from '../../../../src/app/session.js'

/** What is inside the servers of a stack, in lines that are the same for two worlds that are alike. */
export interface HostCensus {
  /** Files by their checksums, and blocks. */
  readonly data: readonly string[]
  /** Everything else that a run could have left: mounts, lines of fstab, keys, locks, temporary files, what is frozen. */
  readonly state: readonly string[]
}

/** Looks once nothing of a run goes on in them any more. */
export async function lookInside(session: Session): Promise<HostCensus> {
  const servers = session.spec.servers.filter(({ state }) => state === 'running').map(({ address }) => address)
  const found = await Promise.all(
    servers.map(async (server) => {
      const lines = await asRoot(session, server, `${untilQuietScript}\n${censusScript}`)
      return lines.map((line) => line.replace(/^(\w+) /, `$1 ${server} `))
    }),
  )
  const all = found.flat().sort()
  return {
    data: all.filter((line) => line.startsWith('data ')),
    state: all.filter((line) => !line.startsWith('data ')),
  }
}

/** Lines that a script of root's says; its exit status counts for nothing. */
export async function asRoot(session: Session, server: string, script: string): Promise<readonly string[]> {
  let text = ''
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8')
      done()
    },
  })
  const argv = ['sudo', 'sh', '-c', script]
  await runOnServer(session, server, argv, { stdin: undefined, stdout, stderr: stdout })
  return text.split('\n').filter((line) => line !== '')
}

/** Waits for programs that evenkeel starts, and that end by themselves: 20 seconds, since a lost connection is missed within a few. */
const untilQuietScript = String.raw`turn=0
while
  running=$(for process in /proc/[0-9]*; do
    read -r name < $process/comm || continue
    case $name in rsync|dd|mkfs*|mkswap|blkid|wipefs|resize2fs|xfs_*|e2fsck|fsfreeze|sleep|sha256sum|mount|umount|flock|gzip|zstd|lz4)
      echo "runs $name"
    esac
  done 2> /dev/null)
  [ -n "$running" ] && [ $turn -lt 400 ]
do
  turn=$((turn + 1))
  sleep 0.05
done
[ -z "$running" ] || echo "$running"`

/** A filesystem that is not frozen cannot be thawed. */
const censusScript = String.raw`
while read -r _ _ _ root path _; do
  case $path in /proc*|/sys*|/dev*) continue ;; esac
  echo "mount $path"
done < /proc/self/mountinfo
for path in $(awk '$2 ~ "^/(srv|mnt|run/evenkeel)" { print $2 }' /proc/self/mounts); do
  if fsfreeze -u "$path" 2> /dev/null; then echo "frozen $path"; fi
done
sed -E 's/UUID=[0-9a-fA-F-]+/UUID/; s/vol-[0-9a-f]+/vol/g; s/^/fstab /' /etc/fstab
sed -nE 's/^UUID=([^[:space:]]+).*/\1/p' /etc/fstab | while read -r uuid; do
  blkid -U "$uuid" > /dev/null || echo 'fstab names a filesystem that is not there'
done
awk 'NR > 1 { print "swap on" }' /proc/swaps
for file in /root/.ssh/authorized_keys* /home/*/.ssh/*; do
  case $file in *authorized_keys*|*evenkeel*) ;; *) continue ;; esac
  [ -f "$file" ] && echo "keys $file $(wc -l < "$file")"
done
find /run /tmp /var/tmp /etc /home /root /srv -xdev \( -name '*evenkeel*' -o -name 'tmp.*' -o -name 'fstab*' \) 2> /dev/null | sed 's/^/file /'
for path in /srv/*; do find "$path" -xdev -name '*evenkeel*' -o -name '.*.txt.*' 2> /dev/null | sed 's/^/file in /'; done
for file in /run/evenkeel*.lock /home/*/.ssh/.evenkeel-lock; do
  [ -e "$file" ] && { flock -n "$file" true || echo "held $file"; }
done
for path in /srv/*; do
  [ -d "$path" ] || continue
  stat -c 'data %n %U %a' "$path"
  (cd "$path" && find . -type f ! -path './lost+found/*' -exec stat -c '%n %U %a' {} + | sort | sha256sum | sed "s:-:data $path names:" | awk '{ print $2, $3, $4, $1 }')
  (cd "$path" && find . -type f -print0 | sort -z | xargs -0r sha256sum | sha256sum | sed "s:-:data $path content:" | awk '{ print $2, $3, $4, $1 }')
done
for link in /dev/disk/by-id/*vol*; do
  device=$(readlink -f "$link")
  [ -b "$device" ] && ! grep -q "^$device " /proc/self/mounts /proc/swaps && [ -z "$(blkid -p "$device" 2> /dev/null)" ] || continue
  echo "data device $(head -c 64M "$device" | sha256sum)"
done
exit 0
`
