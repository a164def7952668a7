/**
 * Second half of a host's PID 1 where that is systemd. Descriptor 8 carries the daemon's word (`go`), descriptor 9 the
 * answer (`PREPARED`); after that the daemon sends signals (systemd(1)) and looks for a listener on port 22.
 */
export const hostSystemdScript = String.raw`#!/bin/bash
read -r name < /etc/hostname
printf 'Linux version %s evenkeel sandbox\n' "$(</proc/sys/kernel/osrelease)"
printf 'systemd[1]: Hostname set to <%s>.\n' "$name"
echo PREPARED >&9
read -r word <&8 || exit 5
exec 8<&- 9>&-
# "container=" has systemd leave alone what is the machine's: udev, kernel modules, the clock.
container=evenkeel exec /usr/lib/systemd/systemd --system --unit=multi-user.target
`

/**
 * What systemd does not do as a host needs it, before local-fs.target. systemd gives lo the whole of 127.0.0.0/8, in which the
 * public addresses of hosts are; and without udev there is no device unit that an entry of fstab could wait for.
 */
export const hostStartScript = String.raw`#!/bin/sh
ip addr del 127.0.0.1/8 dev lo 2>/dev/null
[ -s /etc/fstab ] || exit 0
mount -a || echo 'Failed to mount all of /etc/fstab (without nofail an EC2 instance would not boot).' >&2
exit 0
`
