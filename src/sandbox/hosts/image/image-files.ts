import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cloudInitCommandScript, cloudInitRunScript } from '../scripts/cloud-init.sh.js'
import { hostInitScript } from '../scripts/host-init.sh.js'
import {
  mountXfsScript,
  poweroffScript,
  rebootScript,
  shutdownScript,
  swaponScript,
} from '../scripts/image-commands.sh.js'

/** Writes the files that every host has besides the machine's own, the "AMI", into an empty `directory`. */
export async function writeImageFiles(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  for (const [path, file] of Object.entries(imageFiles)) {
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o755 })
    await writeFile(target, file.content, { mode: file.mode })
  }
}

const programs: Readonly<Record<string, string>> = {
  'usr/lib/evenkeel/host-init': hostInitScript,
  'usr/lib/evenkeel/cloud-init-run': cloudInitRunScript,
  'usr/bin/cloud-init': cloudInitCommandScript,
  'usr/sbin/mount.xfs': mountXfsScript,
  'usr/sbin/swapon': swaponScript,
  'usr/sbin/reboot': rebootScript,
  'usr/sbin/poweroff': poweroffScript,
  'usr/sbin/halt': poweroffScript,
  'usr/sbin/shutdown': shutdownScript,
}

const configuration: Readonly<Record<string, { readonly content: string; readonly mode: number }>> = {
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
  // The sandbox has no way out: an attempt more is only a wait more.
  'etc/apt/apt.conf.d/99evenkeel': { mode: 0o644, content: 'Acquire::Retries "0";\n' },
  'etc/fstab': { mode: 0o644, content: '' },
  'etc/resolv.conf': { mode: 0o644, content: '# The sandbox has no name service.\n' },
  'etc/machine-id': { mode: 0o444, content: '' },
}

const imageFiles: Readonly<Record<string, { readonly content: string; readonly mode: number }>> = {
  ...configuration,
  ...Object.fromEntries(Object.entries(programs).map(([path, content]) => [path, { content, mode: 0o755 }])),
}
