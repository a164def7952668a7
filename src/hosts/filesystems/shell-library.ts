import { type Packages, packageManagers } from './filesystem-table.js'

/**
 * Shell functions that scripts on a server share. Exit statuses that scripts use to say what went wrong, read by
 * `explain` in mkfs.ts, mount-filesystem.ts and unmount-filesystem.ts.
 */
export const exitStatuses = {
  packageMissing: 70,
  notBlank: 71,
  damaged: 72,
  refused: 73,
  notEmpty: 74,
  notDirectory: 75,
  busy: 76,
  changedMeanwhile: 77,
  symbolicLink: 78,
  owner: 79,
} as const

/** The package's name for each package manager, as five arguments for `need`. */
export function packageArguments(packages: Packages): readonly string[] {
  return packageManagers.map((manager) => packages[manager])
}

/** `need PROGRAM APT DNF YUM ZYPPER APK`: installs what brings the program, when it is missing; exits 70 when it cannot. */
export const needFunction = String.raw`
need() {
  command -v "$1" > /dev/null && return 0
  echo "installing what brings $1" >&2
  need_log=$(mktemp /tmp/evenkeel-install.XXXXXX) || exit 70
  if command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -y -o DPkg::Lock::Timeout=300 install $2 ||
      { apt-get -q -o DPkg::Lock::Timeout=300 update && apt-get -q -y -o DPkg::Lock::Timeout=300 install $2; }
  elif command -v dnf > /dev/null; then dnf -q -y install $3
  elif command -v yum > /dev/null; then yum -q -y install $4
  elif command -v zypper > /dev/null; then zypper --non-interactive --quiet install $5
  elif command -v apk > /dev/null; then apk add --quiet $6
  else echo "no package manager (apt-get, dnf, yum, zypper, apk) was found" >&2
  fi > "$need_log" 2>&1
  status=$?
  tail -n 5 "$need_log" >&2; rm -f "$need_log"
  command -v "$1" > /dev/null || { echo "$1 is missing and could not be installed (exit status $status)" >&2; exit 70; }
}
`

/**
 * `alone DEVICE`: the rest of the script works on it beside no other that says so: what a killed run has left in the server is
 * waited for, a minute at least. The lock is the kernel's, on the device itself (https://systemd.io/BLOCK_DEVICE_LOCKING), and ends
 * with the last process that has it: what stays, as FUSE does, is started with `8<&-`.
 */
export const aloneFunction = `
alone() {
  exec 8< "$1" || exit 1
  command -v flock > /dev/null || return 0
  turn=0
  until flock -n 8; do
    turn=$((turn + 1))
    [ "$turn" -le 300 ] || { echo "another command has been working on $1 for a minute" >&2; exit 1; }
    sleep 0.2 2> /dev/null || sleep 1
  done
}
`
