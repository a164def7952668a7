import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { release } from 'node:os'
import { dirname } from 'node:path'
import { count } from '../../core/units.js'
import { systemEnvironment } from './commands.js'
import { tooOldBecause } from './kernel.js'
import { bootableMachines } from './scripts/syscalls.js'

export type HostCapability = { readonly ok: true } | { readonly ok: false; readonly because: string }

/** Programs that hosts cannot do without, by the Debian package that brings them. */
const programsByPackage: Readonly<Record<string, readonly string[]>> = {
  'openssh-server': ['sshd'],
  'openssh-client': ['ssh-keygen'],
  sudo: ['sudo'],
  'util-linux': ['unshare', 'nsenter', 'setpriv', 'blockdev', 'lsblk'],
  mount: ['mount', 'umount', 'losetup'],
  iproute2: ['ip'],
  nftables: ['nft'],
  e2fsprogs: ['mkfs.ext4'],
  'perl-base': ['perl'],
  bash: ['bash'],
  coreutils: ['cp', 'mknod', 'base64'],
}

let remembered: HostCapability | undefined

/**
 * Returns whether this process can run hosts on this machine, and else why not, in one sentence that names the Debian
 * packages to install where that would help. With a `stateDir`, also whether disks can lie there. The first call takes
 * some 20 ms; later ones remember the machine's part of the answer.
 */
export function canHostLinux(stateDir?: string): HostCapability {
  remembered ??= examine()
  if (!remembered.ok || stateDir === undefined || !liesOnOverlay(stateDir)) return remembered
  return no(`hosts need a state directory that is not on an overlay filesystem (a container's root), as ${stateDir} is`)
}

/** An overlay's upper directory, a host's root disk, cannot lie on an overlay (kernel documentation, overlayfs). */
function liesOnOverlay(path: string): boolean {
  if (!existsSync(path)) return path !== dirname(path) && liesOnOverlay(dirname(path))
  return statfsSync(path).type === 0x79_4c_76_30
}

function examine(): HostCapability {
  if (process.platform !== 'linux') return no(`hosts need Linux, this is ${process.platform}`)
  const tooOld = tooOldBecause(release())
  if (tooOld !== undefined) return no(tooOld)
  if (!bootableMachines.includes(process.arch)) {
    return no(`hosts need one of these machines: ${bootableMachines.join(', ')}; this is ${process.arch}`)
  }
  if (process.getuid?.() !== 0) return no('hosts need root: namespaces with real mounts and loop devices')
  const packages = missingPackages()
  if (packages.length > 0) {
    const what = count(packages.length, 'Debian package')
    return no(`hosts need ${what} more: apt-get install ${packages.join(' ')}`)
  }
  if (!canOpen('/dev/loop-control')) return no('hosts need loop devices, and /dev/loop-control cannot be opened')
  const [program, ...args] = [...trialInNamespaces.split(' '), trialScript]
  const outcome = spawnSync(program, args, { env: systemEnvironment, encoding: 'utf8', timeout: 10_000 })
  if (outcome.status === 0) return { ok: true }
  const words = outcome.stderr?.trim().split('\n').at(-1) || outcome.error?.message || 'no reason given'
  return no(`hosts need namespaces, overlay mounts and nftables, and this machine refuses them to us: ${words}`)
}

/** One trial of what only the kernel knows: namespaces, a tmpfs with an overlay on it, a firewall in a new network. */
const trialInNamespaces =
  'unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child --propagation private sh -e -c'
const trialScript = `
mount -t tmpfs trial /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/mnt/lower:/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
ip link add eth0 type veth peer name eth1
nft 'add table ip trial; add chain ip trial out { type nat hook prerouting priority 0; }'
`

function missingPackages(): readonly string[] {
  const directories = (systemEnvironment['PATH'] ?? '').split(':')
  const isThere = (program: string) => directories.some((directory) => existsSync(`${directory}/${program}`))
  return Object.entries(programsByPackage)
    .filter(([, programs]) => !programs.every(isThere))
    .map(([name]) => name)
}

function canOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function no(because: string): HostCapability {
  return { ok: false, because }
}
