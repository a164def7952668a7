/**
 * First half of a host's PID 1, outside its root: overlay root, network, private /dev, /sys/block and /proc; then it
 * changes root and becomes the second half (host-init) with fewer capabilities. Messages go to standard error, which
 * is the console; standard output is the daemon's.
 * Environment: INSTANCE_ID STATE MOUNTS IMAGE_LAYER ROOT_DEVICE ROOT_NAME SWITCH_PID LINK PRIVATE_IP HOST_NAME DOMAIN
 * LOGIN_USER MACHINE_ID.
 */
export const hostBootScript = String.raw`#!/bin/bash
set -eu
exec 8<&0 9>&1 0</dev/null 1>&2
mount --make-rprivate /
cd "$STATE"
# Paths are relative, so that no colon or comma of the state directory gets into the options. The work directory of a
# volatile overlay cannot be used twice. The upper directory is on the root disk, whose name inside the host the overlay bears.
mkdir -p disk root
mount -t ext4 -o noatime,noinit_itable "$ROOT_DEVICE" disk
if [ -d upper ]; then # of a sandbox whose root disks were directories
  cp -a upper/. disk/upper/
  rm -rf upper work
fi
[ ! -e disk/work/work ] || rm -rf disk/work
[ -d disk/work ] || mkdir -p disk/upper disk/work
mount -t overlay "$ROOT_NAME" -o "lowerdir=$IMAGE_LAYER:/,upperdir=disk/upper,workdir=disk/work,volatile" root

# The host's lo keeps 127.0.0.1 alone: 127.B.H.L are the sandbox's public addresses, routed like any other.
ip -batch - <<NETWORK
link set lo up
addr del 127.0.0.1/8 dev lo
addr add 127.0.0.1/32 dev lo
link add eth0 address $MAC_ADDRESS type veth peer name $LINK netns /proc/$SWITCH_PID/ns/net
addr add $PRIVATE_IP/32 dev eth0
link set eth0 up
route add 169.254.1.1/32 dev eth0
route add default via 169.254.1.1 src $PRIVATE_IP quickack 1
NETWORK
nsenter --net=/proc/$SWITCH_PID/ns/net ip -batch - <<NETWORK
link set $LINK up
addr add 169.254.1.1/32 dev $LINK
route replace $PRIVATE_IP/32 dev $LINK quickack 1
NETWORK
for scope in all eth0; do echo 1 > /proc/sys/net/ipv4/conf/$scope/route_localnet; done

cd root
# What has outlived a boot in /tmp goes, as with systemd-tmpfiles.
shopt -s nullglob dotglob
set -- tmp/*
[ $# = 0 ] || rm -rf "$@"
shopt -u nullglob dotglob
# Its mounts by one process (host-mounts.ts), and its devices by one copy.
mount --all --fstab "$MOUNTS" --target-prefix "$STATE/root"
cp -a usr/lib/evenkeel/dev/. dev/
mkdir run/sshd run/cloud-init

if [ ! -e var/lib/cloud/instances/$INSTANCE_ID/first-boot ]; then
  echo "$HOST_NAME" > etc/hostname
  printf '127.0.0.1 localhost\n%s %s.%s %s\n' "$PRIVATE_IP" "$HOST_NAME" "$DOMAIN" "$HOST_NAME" > etc/hosts
  echo "$MACHINE_ID" > etc/machine-id
  mkdir -p var/lib/cloud/instances/$INSTANCE_ID
  ln -sfn instances/$INSTANCE_ID var/lib/cloud/instance
  cp -a "$STATE/seed/." var/lib/cloud/instances/$INSTANCE_ID/
  # What another server left on an image that was made of it: cloud-init gives a new one host keys of its own.
  rm -f etc/ssh/ssh_host_*
  if [ "$LOGIN_USER" = root ]; then
    home=root
  else
    home=home/$LOGIN_USER
    if ! grep -q "^$LOGIN_USER:" etc/passwd; then
      echo "$LOGIN_USER:x:1000:1000:$LOGIN_USER:/$home:/bin/bash" >> etc/passwd
      echo "$LOGIN_USER:*:19000:0:99999:7:::" >> etc/shadow
      echo "$LOGIN_USER:x:1000:" >> etc/group
      echo "$LOGIN_USER:*::" >> etc/gshadow
    fi
    echo "$LOGIN_USER ALL=(ALL) NOPASSWD:ALL" > etc/sudoers.d/90-cloud-init-users
    chmod 440 etc/sudoers.d/90-cloud-init-users
    [ -d $home ] || { cp -R etc/skel $home && chown -R 1000:1000 $home; }
  fi
  mkdir -m 700 -p $home/.ssh
  # Keys that an image brings stay, as with cloud-init.
  if [ -s $home/.ssh/authorized_keys ]; then
    while read -r key; do
      grep -qxF -- "$key" $home/.ssh/authorized_keys || printf '%s\n' "$key" >> $home/.ssh/authorized_keys
    done < "$STATE/seed/authorized_keys"
  else
    cp "$STATE/seed/authorized_keys" $home/.ssh/authorized_keys
  fi
  [ "$LOGIN_USER" = root ] || chown -R 1000:1000 $home/.ssh
  : > var/lib/cloud/instances/$INSTANCE_ID/first-boot
fi
printf 'nameserver 169.254.169.253\nsearch %s\n' "$DOMAIN" > etc/resolv.conf
read -r name < etc/hostname
[ "$name" = "$HOSTNAME" ] || hostname "$name"
if [ ! -s etc/ssh/ssh_host_ed25519_key ]; then
  [ ! -e etc/ssh/ssh_host_ed25519_key ] || rm etc/ssh/ssh_host_ed25519_key
  ssh-keygen -q -t ed25519 -N '' -C "root@$name" -f etc/ssh/ssh_host_ed25519_key < /dev/null
fi

pivot_root . .
umount -l .
cd /
keep=-sys_module,-sys_rawio,-sys_time,-mknod,-syslog,-mac_admin,-mac_override,-audit_control,-audit_read
keep=$keep,-block_suspend,-wake_alarm,-sys_pacct,-bpf,-perfmon,-checkpoint_restore,-ipc_owner,-net_broadcast
exec env -i PATH="$PATH" LANG=C.UTF-8 EVENKEEL_HOSTS="$EVENKEEL_HOSTS" \
  setpriv --bounding-set "$keep" --inh-caps -all /usr/lib/evenkeel/host-init
`
