/**
 * What sshd asks for keys on images with EC2 Instance Connect, with the user and the offered key's fingerprint: it prints those
 * that the metadata service shows for the user, for this instance and not out of date. Amazon's also checks that they are signed
 * by Amazon; here nobody signs. In bash alone, as a host has nothing else for certain.
 */
export const instanceConnectScript = String.raw`#!/bin/bash
# Version 2 of the metadata service; an answer's head ends with an empty line.
ask() { # method, path, header
  exec 3<>/dev/tcp/169.254.169.254/80 || exit 1
  printf '%s /latest/%s HTTP/1.0\r\nHost: 169.254.169.254\r\n%s\r\nConnection: close\r\n\r\n' "$1" "$2" "$3" >&3
  read -r _ status _ <&3
  while read -r line <&3 && [ -n "${'$'}{line%$'\r'}" ]; do :; done
  [ "$status" = 200 ] && cat <&3
  exec 3>&-
}

case $1 in ''|*[!A-Za-z0-9@._\$-]*) exit 1 ;; esac
token=$(ask PUT api/token 'X-aws-ec2-metadata-token-ttl-seconds: 5')
header="X-aws-ec2-metadata-token: $token"
instance=$(ask GET meta-data/instance-id "$header")
printf -v now '%(%s)T' -1
expires=0
owner=
ask GET "meta-data/managed-ssh-keys/active-keys/$1" "$header" | while read -r line; do
  case $line in
    '#Timestamp='*) expires=${'$'}{line#*=} ;;
    '#Instance='*) owner=${'$'}{line#*=} ;;
    '#'*) ;;
    ssh-*) [ "$owner" = "$instance" ] && [ "$expires" -gt "$now" ] && printf '%s\n' "$line" ;;
    '') expires=0 owner= ;;
  esac
done
exit 0
`
