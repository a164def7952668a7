import { listLoadable } from './kernel-filesystems.js'

/**
 * Reads everything that a plan needs to know of a server, in one round trip. The output is fields that end in NUL, in
 * records that begin with `\x1e<kind>`; names may hold anything else. Runs as root: without it blkid reads nothing.
 *
 * - `block`: kernel name, number, size in sectors, serial, type of signature probe results (blkid's exit status and
 *   `-o udev` output, wipefs' exit status and `-p` output), 512 bytes of the superblock in hex
 * - `partition`: the same, and the name of the device that it is a part of
 * - `link`: a name under /dev/disk/by-id and the kernel name it leads to
 * - `mountinfo`, `fstab`, `swaps`: the files as they are
 * - `keys`: authorized_keys of the login user, who is the script's argument
 * - `kernel`: /proc/filesystems; the names of filesystem modules and aliases that the kernel could load
 * - `top`: a mount point as mountinfo writes it; user, uid, group, gid and mode of the directory; block size and number
 *   of blocks of the filesystem
 */
export const probeScript = String.raw`
field() { printf '%s\0' "$1"; }
signatures() { # device; what stands on it, and the superblock from which a filesystem's size is read
  blkid=$(blkid -p -o udev "/dev/$1" 2>/dev/null); field $?; field "$blkid"
  wipefs=$(wipefs -n -p "/dev/$1" 2>/dev/null); field $?; field "$wipefs"
  case $blkid in
    *ID_FS_TYPE=ext*|*ID_FS_TYPE=swap*|*ID_FS_TYPE=f2fs*) offset=1024 ;;
    *ID_FS_TYPE=btrfs*|*ID_FS_TYPE=reiserfs*) offset=65536 ;;
    *ID_FS_TYPE=*) offset=0 ;;
    *) field ''; return ;;
  esac
  field "$(od -An -v -tx1 -j "$offset" -N 512 "/dev/$1" 2>/dev/null)"
}
read_line() { line=; [ ! -r "$1" ] || IFS= read -r line < "$1" || :; field "$line"; }
for block in /sys/block/*; do
  name=\${block##*/}
  case $name in '*'|loop*|ram*|zram*|sr*|fd*|dm-*|md*|nbd*) continue ;; esac
  [ -b "/dev/$name" ] || continue
  printf '\036block\0'; field "$name"; field ''
  read_line "$block/dev"; read_line "$block/size"; read_line "$block/device/serial"; signatures "$name"
  for part in "$block/$name"*; do
    [ -e "$part/partition" ] || continue
    printf '\036partition\0'; field "\${part##*/}"; field "$name"
    read_line "$part/dev"; read_line "$part/size"; field ''; signatures "\${part##*/}"
  done
done
for link in /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_*; do
  [ -L "$link" ] || continue
  target=$(readlink -f "$link")
  printf '\036link\0'; field "\${link##*/}"; field "\${target##*/}"
done
printf '\036mountinfo\0'; cat /proc/self/mountinfo; printf '\0'
printf '\036fstab\0'; [ ! -r /etc/fstab ] || tr -d '\000' < /etc/fstab; printf '\0'
home=$(getent passwd "$1" 2>/dev/null | cut -d: -f6)
[ -n "$home" ] || home=$(awk -F: -v user="$1" '$1 == user { print $6; exit }' /etc/passwd)
printf '\036keys\0'; [ ! -r "$home/.ssh/authorized_keys" ] || tr -d '\000' < "$home/.ssh/authorized_keys"; printf '\0'
printf '\036swaps\0'; [ ! -r /proc/swaps ] || cat /proc/swaps; printf '\0'
printf '\036kernel\0'; cat /proc/filesystems; printf '\0'
${listLoadable}; printf '\0'
while read -r id parent number root point rest; do
  case $rest in *' - '*' /dev/'*) ;; *) continue ;; esac
  # Octal escapes as printf's %b wants them: \040 becomes \0040.
  decoded=\${point}x
  case $point in *\\*)
    decoded=$(printf '%s' "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g'; printf x)
    decoded=$(printf '%b' "\${decoded%x}"; printf x) ;;
  esac
  top=$(stat -c '%U:%u:%G:%g:%a' -- "\${decoded%x}" 2>/dev/null) || continue
  printf '\036top\0'; field "$point"; field "$top"
  field "$(stat -f -c '%S %b' -- "\${decoded%x}" 2>/dev/null)"
done < /proc/self/mountinfo
`.replaceAll('\\${', '${')
