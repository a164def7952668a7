import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cloudInitCommandScript, cloudInitRunScript } from '../scripts/cloud-init.sh.js'
import { instanceConnectScript } from '../scripts/instance-connect.sh.js'
import { hostInitScript } from '../scripts/host-init.sh.js'
import { hostStartScript, hostSystemdScript } from '../scripts/host-systemd.sh.js'
import {
  mountXfsScript,
  poweroffScript,
  rebootScript,
  shutdownScript,
  swaponScript,
} from '../scripts/image-commands.sh.js'
import type { HostInit } from '../host/init.js'
import { type ImageFile, systemdFiles, systemdLinks } from './systemd-files.js'

/** Writes the files that every host has besides the machine's own, the "AMI", into an empty `directory`. */
export async function writeImageFiles(directory: string, init: HostInit): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  const files = { ...configuration, ...asPrograms(programs), ...(init === 'systemd' ? onSystemd : withoutSystemd) }
  for (const [path, file] of Object.entries(files)) {
    const target = await madePlace(directory, path)
    await writeFile(target, file.content, { mode: file.mode })
  }
  if (init !== 'systemd') return
  for (const [path, leadsTo] of Object.entries(systemdLinks)) await symlink(leadsTo, await madePlace(directory, path))
}

async function madePlace(directory: string, path: string): Promise<string> {
  const target = join(directory, path)
  await mkdir(dirname(target), { recursive: true, mode: 0o755 })
  return target
}

const programs: Readonly<Record<string, string>> = {
  'usr/lib/evenkeel/cloud-init-run': cloudInitRunScript,
  'usr/bin/cloud-init': cloudInitCommandScript,
  'usr/share/ec2-instance-connect/eic_run_authorized_keys': instanceConnectScript,
  'usr/sbin/mount.xfs': mountXfsScript,
  'usr/sbin/swapon': swaponScript,
}

function asPrograms(scripts: Readonly<Record<string, string>>): Readonly<Record<string, ImageFile>> {
  return Object.fromEntries(Object.entries(scripts).map(([path, content]) => [path, { content, mode: 0o755 }]))
}

const onSystemd: Readonly<Record<string, ImageFile>> = {
  ...systemdFiles,
  ...asPrograms({ 'usr/lib/evenkeel/host-init': hostSystemdScript, 'usr/lib/evenkeel/host-start': hostStartScript }),
}

const withoutSystemd = asPrograms({
  'usr/lib/evenkeel/host-init': hostInitScript,
  'usr/sbin/reboot': rebootScript,
  'usr/sbin/poweroff': poweroffScript,
  'usr/sbin/halt': poweroffScript,
  'usr/sbin/shutdown': shutdownScript,
})

const configuration: Readonly<Record<string, ImageFile>> = {
  // `UsePAM no`: the machine's PAM stack may ask for what a host has not (systemd, LDAP); accounts have `*` as password.
  'etc/ssh/sshd_config': {
    mode: 0o644,
    content: `HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UseDNS no
PrintMotd no
PrintLastLog no
AcceptEnv LANG LC_*
MaxStartups 200:30:400
MaxSessions 100
Subsystem sftp internal-sftp
`,
  },
  // The machine's own profile may be slow: one made 50 logins load the machine to 100.
  'etc/profile': {
    mode: 0o644,
    content: `if [ "$(id -u)" -eq 0 ]; then
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
else
  PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
fi
export PATH
if [ "$PS1" ] && [ "$BASH" ] && [ -f /etc/bash.bashrc ]; then . /etc/bash.bashrc; fi
for script in /etc/profile.d/*.sh; do [ -r "$script" ] && . "$script"; done
unset script
`,
  },
  'etc/sudoers': {
    mode: 0o440,
    content: `Defaults env_reset
Defaults !lecture
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
`,
  },
  'etc/sudoers.d/README': { mode: 0o440, content: '# Files here are read by sudo.\n' },
  // All hosts share the machine's kernel, and its swap with it: a host's has none, and so an empty /proc/swaps.
  'usr/lib/evenkeel/swaps': { mode: 0o444, content: '' },
  // A host's console is bound over it.
  'usr/lib/evenkeel/console': { mode: 0o600, content: '' },
  // Of a sandbox without a way out an attempt more is only a wait more.
  'etc/apt/apt.conf.d/99evenkeel': { mode: 0o644, content: 'Acquire::Retries "0";\n' },
  'etc/fstab': { mode: 0o644, content: '' },
  'etc/machine-id': { mode: 0o444, content: '' },
}
