/**
 * Holder of the sandbox's two shared namespaces: the network in which all hosts meet (the "VPC"), and the mounts in
 * which the image layer lies. Stays until its standard input ends, which happens too when the daemon is killed.
 * Arguments: the image's files, the directory to mount the image layer at.
 *
 * The layer is a tmpfs, because two lower layers of an overlay may not lie inside each other on one filesystem (ELOOP).
 */
export const switchScript = String.raw`#!/bin/bash
set -eu
image=$1 layer=$2
mount --make-rprivate /
mkdir -p "$layer"
mount -t tmpfs -o mode=755,size=64m evenkeel-image "$layer"
cp -a "$image/." "$layer/"

# What of the machine hosts must not see becomes a whiteout: a character device 0:0, one inode with many names.
mknod "$layer/.whiteout" c 0 0
mkdir -p "$layer/var/spool/cron/crontabs"
hide() { # directory, names to keep
  local directory=$1 name
  shift
  cd "$directory/" 2>/dev/null || return 0
  for name in * .[!.]*; do
    [ -e "$name" ] || [ -L "$name" ] || continue
    case " $* " in *" $name "*) continue ;; esac
    [ -e "$layer$directory/$name" ] || printf '%s\0' "$directory/$name"
  done
}
{
  hide "" bin sbin lib lib32 lib64 libx32 usr etc var boot
  hide /var lib cache
  for directory in /var/spool /var/spool/cron /var/spool/cron/crontabs; do hide $directory; done
  hide /var/lib dpkg apt pam ucf
  hide /var/cache debconf
  for directory in /etc/ssh /etc/sudoers.d /etc/profile.d /etc/rc[S0-6].d /etc/cron.*/; do hide $directory; done
  # Services of the machine's start in no host, whoever enabled them; of the units' own wants these are a host's.
  hide /etc/systemd system
  hide /etc/systemd/system
  cd "$layer"
  for directory in etc/systemd/system/*/; do [ ! -d $directory ] || hide /$directory; done
  for directory in /usr/lib/systemd/system/*.wants; do
    hide $directory dbus.socket systemd-journald-dev-log.socket systemd-journald.socket systemd-journald.service \
      systemd-tmpfiles-setup.service
  done
  hide /usr/lib/systemd/system-generators systemd-sysv-generator
  hide /usr/lib/systemd/system-environment-generators
  for name in /etc/ssl/private /etc/shadow- /etc/gshadow- /etc/passwd- /etc/group- /etc/subuid /etc/subgid \
    /etc/crypttab /etc/crontab /etc/environment /etc/docker /etc/resolv.conf /usr/sbin/policy-rc.d; do
    [ ! -e "$name" ] || printf '%s\0' "$name"
  done
} | perl -0 -n -e '
  BEGIN { $layer = shift }
  chomp;
  my $parent = $layer;
  for my $part (m{/([^/]+)(?=/)}g) { $parent .= "/$part"; mkdir $parent, 0755 }
  link("$layer/.whiteout", "$layer$_") or die "$_: $!\n";
' "$layer"

# The devices of every host, copied into its /dev.
devices=$layer/usr/lib/evenkeel/dev
mkdir -p "$devices/mapper" "$devices/disk/by-id"
mknod -m 666 "$devices/null" c 1 3
mknod -m 666 "$devices/zero" c 1 5
mknod -m 666 "$devices/full" c 1 7
mknod -m 666 "$devices/random" c 1 8
mknod -m 666 "$devices/urandom" c 1 9
mknod -m 666 "$devices/tty" c 5 0
mknod -m 666 "$devices/fuse" c 10 229
mknod -m 600 "$devices/btrfs-control" c 10 234
ln -s pts/ptmx "$devices/ptmx"
ln -s /proc/self/fd "$devices/fd"
ln -s fd/0 "$devices/stdin"
ln -s fd/1 "$devices/stdout"
ln -s fd/2 "$devices/stderr"

# Accounts: the machine's system users, never its people.
awk -F: '$3 < 1000 || $3 == 65534' /etc/passwd > "$layer/etc/passwd"
awk -F: '{ print $1 ":*:19000:0:99999:7:::" }' "$layer/etc/passwd" > "$layer/etc/shadow"
awk -F: '$3 < 1000 || $3 == 65534 { print $1 ":x:" $3 ":" }' /etc/group > "$layer/etc/group"
awk -F: '{ print $1 ":*::" }' "$layer/etc/group" > "$layer/etc/gshadow"
chmod 640 "$layer/etc/shadow" "$layer/etc/gshadow"
# As cron's package makes it.
chown root:crontab "$layer/var/spool/cron/crontabs" 2>/dev/null || :
chmod 1730 "$layer/var/spool/cron/crontabs"
chgrp shadow "$layer/etc/shadow" "$layer/etc/gshadow" 2>/dev/null || :

# 203.0.113.1 (TEST-NET-3) is the operator's side; 169.254.169.254 the metadata service, 169.254.169.253 the name service;
# all are answered by the relay.
ip -batch - <<'NETWORK'
link set lo up
addr del 127.0.0.1/8 dev lo
addr add 127.0.0.1/32 dev lo
addr add 203.0.113.1/32 dev lo
addr add 169.254.169.254/32 dev lo
addr add 169.254.169.253/32 dev lo
route add unreachable 10.66.0.0/16
NETWORK
echo 1 > /proc/sys/net/ipv4/ip_forward
for scope in all default; do
  echo 1 > /proc/sys/net/ipv4/conf/$scope/route_localnet
  echo 1 > /proc/sys/net/ipv4/conf/$scope/rp_filter
done
echo READY
while read -r _; do :; done
`
