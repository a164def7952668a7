/** `reboot`: asks the host's PID 1, which ends the processes, unmounts the disks and exits (host-init.sh.ts). */
export const rebootScript = String.raw`#!/bin/sh
kill -TERM 1
`

/** `poweroff` and `halt`. */
export const poweroffScript = String.raw`#!/bin/sh
kill -USR2 1
`

/** `shutdown [-r|-h|-P|-H|-c] [time]`: as systemd's, a minute is a minute. */
export const shutdownScript = String.raw`#!/bin/sh
signal=USR2 delay=60
for argument; do
  case $argument in
    -r|--reboot) signal=TERM ;;
    -c) exit 0 ;;
    now|+0) delay=0 ;;
    +[0-9]*) delay=$(($(printf %s "$argument" | tr -d +) * 60)) ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo 'Failed to set wall message, ignoring: Interactive authentication required.' >&2; exit 1; }
[ $delay = 0 ] && exec kill -$signal 1
(sleep $delay; kill -$signal 1) > /dev/null 2>&1 &
`

/**
 * mount(8) calls `/sbin/mount.xfs` when it is there. All hosts share one kernel, and XFS refuses a second mount of the
 * same UUID even when it is on another host, where EC2 would allow it. So `nouuid` is always given, and the real error
 * is raised where this host itself has that UUID mounted.
 */
export const mountXfsScript = String.raw`#!/bin/sh
device=$1
target=$2
case " $* " in
  *nouuid*) ;;
  *)
    uuid=$(blkid -p -s UUID -o value "$device")
    for other in $(awk '$3 == "xfs" { print $1 }' /proc/self/mounts); do
      [ "$other" = "$device" ] && continue
      [ "$(blkid -p -s UUID -o value "$other")" = "$uuid" ] || continue
      echo "mount: $target: wrong fs type, bad option, bad superblock on $device, missing codepage or helper program, or other error (XFS: Filesystem has duplicate UUID $uuid - can't mount)." >&2
      exit 32
    done
    ;;
esac
exec /usr/bin/mount -i -t xfs -o nouuid "$@"
`

/** A kernel that was built without swap answers ENOSYS: what one host swaps to would be every host's, and the machine's. */
export const swaponScript = String.raw`#!/bin/sh
for last; do :; done
case $last in ''|-*) exit 0 ;; esac
echo "swapon: $last: swapon failed: Function not implemented" >&2
exit 255
`
