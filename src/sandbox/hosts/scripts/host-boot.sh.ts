/**
 * First half of a host's PID 1, outside its root: overlay root, network, private /dev, /sys/block and /proc; then it
 * changes root and becomes the second half (host-init) with fewer capabilities. Messages go to standard error, which
 * is the console; standard output is the daemon's.
 * Environment: INSTANCE_ID STATE IMAGE_LAYER SWITCH_PID LINK PRIVATE_IP HOST_NAME LOGIN_USER MACHINE_ID.
 */
export const hostBootScript = String.raw`#!/bin/bash
set -eu
exec 8<&0 9>&1 0</dev/null 1>&2
mount --make-rprivate /
cd "$STATE"
# Paths are relative, so that no colon or comma of the state directory gets into the options. The work directory of a
# volatile overlay cannot be used twice. The disk is the upper directory; its size is not enforced.
rm -rf work
mkdir -p upper work root
mount -t overlay overlay -o "lowerdir=$IMAGE_LAYER:/,upperdir=upper,workdir=work,volatile" root

# The host's lo keeps 127.0.0.1 alone: 127.B.H.L are the sandbox's public addresses, routed like any other.
ip -batch - <<NETWORK
link set lo up
addr del 127.0.0.1/8 dev lo
addr add 127.0.0.1/32 dev lo
link add eth0 type veth peer name $LINK netns /proc/$SWITCH_PID/ns/net
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
for directory in root home tmp mnt media srv opt run dev proc sys; do [ -d $directory ] || mkdir $directory; done
chmod 700 root
mount -t tmpfs -o mode=755,nosuid,size=16m dev dev
mkdir -p dev/pts dev/shm dev/mapper dev/disk/by-id
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mknod -m 666 dev/fuse c 10 229
mknod -m 600 dev/btrfs-control c 10 234
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs sys
# The real /sys and /proc would show all the machine's disks: these trees are filled by the daemon.
mount -t tmpfs -o mode=755,size=4m block sys/devices/virtual/block
for directory in block class/block dev/block; do mount -t tmpfs -o mode=755,size=1m block sys/$directory; done
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mkdir -p run/sshd run/lock run/evenkeel run/cloud-init
chmod 1777 run/lock
printf 'major minor  #blocks  name\n\n' > run/evenkeel/partitions
mount --bind run/evenkeel/partitions proc/partitions
printf 'Filename\tType\tSize\tUsed\tPriority\n' > run/evenkeel/swaps
mount --bind run/evenkeel/swaps proc/swaps
for directory in proc/sys proc/sysrq-trigger proc/irq proc/bus; do
  [ -e $directory ] || continue
  mount --bind $directory $directory
  mount -o remount,ro,bind,nosuid,nodev,noexec $directory
done

mkdir -p var/log var/tmp var/spool var/lib/sudo var/lib/cloud/instances/$INSTANCE_ID etc/ssh
chmod 1777 var/tmp
if [ ! -e var/lib/cloud/instances/$INSTANCE_ID/first-boot ]; then
  echo "$HOST_NAME" > etc/hostname
  printf '127.0.0.1 localhost\n%s %s\n' "$PRIVATE_IP" "$HOST_NAME" > etc/hosts
  echo "$MACHINE_ID" > etc/machine-id
  ln -sfn instances/$INSTANCE_ID var/lib/cloud/instance
  cp -R "$STATE/seed/." var/lib/cloud/instances/$INSTANCE_ID/
  chmod 700 var/lib/cloud/instances/$INSTANCE_ID/scripts
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
  fi
  mkdir -p $home
  cp -R etc/skel/. $home/
  mkdir -p $home/.ssh
  cp "$STATE/seed/authorized_keys" $home/.ssh/authorized_keys
  chmod 700 $home/.ssh
  chmod 600 $home/.ssh/authorized_keys
  [ "$LOGIN_USER" = root ] || chown -R 1000:1000 $home
  : > var/lib/cloud/instances/$INSTANCE_ID/first-boot
fi
read -r name < etc/hostname
hostname "$name"
if [ ! -s etc/ssh/ssh_host_ed25519_key ]; then
  rm -f etc/ssh/ssh_host_ed25519_key*
  ssh-keygen -q -t ed25519 -N '' -C "root@$name" -f etc/ssh/ssh_host_ed25519_key
fi

pivot_root . .
umount -l .
cd /
keep=-sys_module,-sys_rawio,-sys_time,-mknod,-syslog,-mac_admin,-mac_override,-audit_control,-audit_read
keep=$keep,-block_suspend,-wake_alarm,-sys_pacct,-bpf,-perfmon,-checkpoint_restore,-ipc_owner,-net_broadcast
exec env -i PATH="$PATH" LANG=C.UTF-8 EVENKEEL_HOSTS="$EVENKEEL_HOSTS" \
  setpriv --bounding-set "$keep" --inh-caps -all /usr/lib/evenkeel/host-init
`
