/**
 * Second half of a host's PID 1, inside its root. Descriptor 8 carries the daemon's words (`go`, `stop`; its end means
 * that the daemon died), descriptor 9 the answers (`PREPARED`, `READY`); standard error is the console.
 * Exit status: 0 stopped by the daemon, 3 reboot asked inside, 4 power-off asked inside, else a crash.
 * SIGTERM reboots, SIGUSR2 powers off, as with busybox's init: the image's `reboot` and `poweroff` send them.
 */
export const hostInitScript = String.raw`#!/bin/bash
trap 'shut_down 3 "Rebooting."' TERM
trap 'shut_down 4 "Power down."' USR1 USR2
trap '' HUP INT

main() {
  read -r name < /etc/hostname
  printf 'Linux version %s evenkeel sandbox\n' "$(</proc/sys/kernel/osrelease)"
  printf 'systemd[1]: Hostname set to <%s>.\n' "$name"
  echo PREPARED >&9
  read -r word <&8 || exit 5
  mount_all
  log=/var/log/sshd.log # which may be a link to a disk that is not mounted yet
  : 2>/dev/null >> $log || log=/run/sshd.log
  /usr/sbin/sshd -D -e 2>>$log 8<&- 9>&- &
  wait_for_sshd || { printf 'sshd did not start:\n'; cat $log; exit 6; }
  echo READY >&9
  exec 9>&-
  /usr/lib/evenkeel/cloud-init-run 8<&- &
  while read -r word <&8; do
    case $word in stop) shut_down 0 'Power down.' ;; esac
  done
  exit 7
}

# What systemd does from fstab. An entry that fails would leave a real host in emergency mode, unless it says nofail;
# here the boot goes on and the console says so.
mount_all() {
  [ -s /etc/fstab ] || return 0
  mount -a 8<&- 9>&- || printf 'Failed to mount all of /etc/fstab (without nofail an EC2 instance would not boot).\n'
}

# A listening socket on port 22 (0016) in state 0A; reading the table costs no process and leaves no line in sshd's log.
wait_for_sshd() {
  local turn slot address state rest
  for turn in {1..500}; do
    while read -r slot address rest state _; do
      case $address:$state in *:0016:0A) return 0 ;; esac
    done < /proc/net/tcp
    kill -0 $! 2>/dev/null || return 1
    read -r -t 0.01 -u $pause
  done
  return 1
}

# Writers are told first, then filesystems are unmounted. FUSE filesystems are processes and live until the unmount.
shut_down() {
  local turn signal
  trap '' TERM USR1 USR2
  for turn in {1..100}; do
    case $turn in 1) signal=TERM ;; 81) signal=KILL ;; *) signal=0 ;; esac
    signal_processes $signal || break
    read -r -t 0.02 -u $pause
  done
  unmount_disks
  printf 'reboot: %s\n' "$2"
  exit $1
}

signal_processes() { # signal; fails when no process is left
  local process command state found=1
  cd /proc
  for process in [0-9]*; do
    [ $process = 1 ] && continue
    read -r command 2>/dev/null < $process/comm || continue
    read -r _ _ state _ 2>/dev/null < $process/stat || continue
    case $command:$state in mount.ntfs*|ntfs-3g*|*:Z) continue ;; esac
    kill -$1 $process 2>/dev/null && found=0
  done
  cd /
  return $found
}

unmount_disks() {
  local source target turn pending
  for turn in 1 2 3; do
    pending=
    while read -r source target _; do
      case $source in /dev/*) pending="$target $pending" ;; esac
    done < /proc/self/mounts
    for target in $pending; do umount -- "$(printf %b "$target")" 2>/dev/null; done
    [ -n "$pending" ] || break
  done
}

# A pipe that never says anything: "read -t" on it is a sleep that costs no process.
exec {pause}<> <(:)
main
`
