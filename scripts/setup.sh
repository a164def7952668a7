#!/bin/sh
# Makes a fresh clone ready for `npm run demo`, `npm test` and `npm run check`: npm packages, the Debian packages that the
# sandbox's hosts are made of, and dist/. Idempotent, and instant when there is nothing to do. `--browser`: Chromium too, in which
# `npm run test:full` opens pages; `--shells`, `--examples`, `--redis`: what else it tries.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

with_browser=
with_shells=
with_examples=
with_redis=
for word in "$@"; do
  case $word in
  --browser) with_browser=1 ;;
  # Shells whose completion is tried, and what reads man pages.
  --shells) with_shells=1 ;;
  # What the larger examples run on their servers.
  --examples) with_examples=1 ;;
  # What the workers of a fleet share.
  --redis) with_redis=1 ;;
  esac
done

say() { printf 'setup: %s\n' "$*" >&2; }

# --- npm packages: the stamp holds the digest of the lockfile that node_modules was installed from ---

install_npm_packages() {
  digest=$(sha256sum package-lock.json 2>/dev/null || shasum -a 256 package-lock.json)
  digest=${digest%% *}
  stamp=node_modules/.evenkeel-lockfile
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$digest" ]; then return; fi
  if packages_match_lockfile; then
    printf '%s\n' "$digest" >"$stamp"
    return
  fi
  say 'installing the npm packages of package-lock.json'
  # Nothing here needs an install script; without them no compiler is needed and none of them runs.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  printf '%s\n' "$digest" >"$stamp"
}

# Whether npm's own record of node_modules has every package of the lockfile, as after an `npm install` by hand.
packages_match_lockfile() {
  node --input-type=commonjs -e '
    const { readFileSync } = require("node:fs")
    const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages
    const installed = packagesOf("node_modules/.package-lock.json")
    const matches = ([path, wanted]) => path === "" || (installed[path] ?? (wanted.optional ? wanted : undefined))?.version === wanted.version
    process.exitCode = Object.entries(packagesOf("package-lock.json")).every(matches) ? 0 : 1
  ' 2>/dev/null
}

# --- Debian packages: asked by program, because looking up a path is quicker than asking dpkg ---

# One `program package` a line: what the sandbox's hosts and the tests run. systemd is not among them: where a machine has
# it, hosts have it too.
needed_programs() {
  cat <<'LIST'
ssh openssh-client
ssh-keygen openssh-client
sshd openssh-server
sudo sudo
rsync rsync
unshare util-linux
setpriv util-linux
findmnt util-linux
blkid util-linux
fsfreeze util-linux
mkswap util-linux
losetup mount
sfdisk fdisk
mount mount
ip iproute2
nft nftables
slirp4netns slirp4netns
cron cron
ps procps
perl perl-base
script bsdutils
mkfs.ext4 e2fsprogs
mkfs.xfs xfsprogs
mkfs.btrfs btrfs-progs
mkfs.vfat dosfstools
mkfs.ntfs ntfs-3g
mkfs.jfs jfsutils
mkfs.reiserfs reiserfsprogs
setfattr attr
mkfs.f2fs f2fs-tools
LIST
  if [ -n "$with_browser" ]; then echo chromium chromium; fi
  if [ -n "$with_shells" ]; then printf '%s\n' 'zsh zsh' 'fish fish' 'mandoc mandoc'; fi
  if [ -n "$with_examples" ]; then printf '%s\n' 'erl erlang-base' 'pg_ctlcluster postgresql'; fi
  if [ -n "$with_redis" ]; then echo redis-server redis-server; fi
}

# The packages of the programs that are not on this machine, each once.
missing_packages() {
  needed_programs | while read -r program package; do
    command -v "$program" >/dev/null 2>&1 || printf '%s\n' "$package"
  done | sort -u | tr '\n' ' '
}

# Units by which a program would serve this machine itself, at the next boot: installed for the hosts, they are not to. One
# `program unit ...` a line.
services() {
  cat <<'LIST'
sshd ssh.service ssh.socket
cron cron.service
epmd epmd.service epmd.socket
pg_ctlcluster postgresql.service
redis-server redis-server.service
LIST
}

# Installs the packages named. A policy-rc.d keeps their services from starting, and is gone afterwards; no database is made.
install_debian_packages() {
  policy=/usr/sbin/policy-rc.d
  databases=/etc/postgresql-common/createcluster.conf
  new_units=$(services | while read -r program units; do
    command -v "$program" >/dev/null 2>&1 || printf '%s\n' "$units"
  done)
  made=
  trap 'rm -f $made' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [ ! -e "$policy" ]; then
    made=$policy
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  if [ ! -e "$databases" ]; then
    made="$made $databases"
    mkdir -p "${databases%/*}"
    echo 'create_main_cluster = false' >"$databases"
  fi
  # The lists may be empty, as in a fresh container, or too old for what the mirrors still hold.
  # shellcheck disable=SC2086 # a list of words
  apt_install $1 2>/dev/null || { update_lists && apt_install $1; }
  if command -v systemctl >/dev/null 2>&1; then
    for unit in $new_units; do systemctl --quiet disable "$unit" >/dev/null 2>&1 || true; done
  fi
  # shellcheck disable=SC2086 # a list of paths without blanks
  rm -f $made
  trap - EXIT INT TERM
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive quietly apt-get install --yes --no-install-recommends "$@"
}

update_lists() {
  quietly apt-get update || { sleep 3 && quietly apt-get update; }
}

# Runs a command; what it prints is shown only when it fails.
quietly() {
  if printed=$("$@" 2>&1 </dev/null); then return; fi
  say "failed: $*"
  printf '%s\n' "$printed" >&2
  return 1
}

prepare_programs() {
  packages=$(missing_packages)
  if [ -z "$packages" ]; then return; fi
  if [ "$(uname -s)" != Linux ]; then
    say 'this is not Linux: the sandbox has no hosts here, its EC2 API works alone'
  elif ! command -v apt-get >/dev/null 2>&1; then
    say "missing programs; on Debian they are in: $packages"
    say 'without them the sandbox may have no hosts, and tests that need them are skipped'
  elif [ "$(id -u)" != 0 ]; then
    say 'missing programs, and only root may install them:'
    say "  sudo apt-get install --no-install-recommends $packages"
    say 'without them the sandbox may have no hosts, and tests that need them are skipped'
  else
    say "installing the Debian packages: $packages"
    install_debian_packages "$packages" || say "could not install: $(missing_packages)"
  fi
}

install_npm_packages
prepare_programs
node scripts/build.mjs --if-stale
