/** A file of the image: its text and its mode. */
export interface ImageFile {
  readonly content: string
  readonly mode: number
}

const units: Readonly<Record<string, string>> = {
  'evenkeel-host.service': `[Unit]
Description=Loopback address and filesystems of fstab
DefaultDependencies=no
Before=local-fs.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/evenkeel/host-start
StandardError=append:/usr/lib/evenkeel/console
`,
  // As of cloud-init 22.4.2: https://github.com/canonical/cloud-init/tree/22.4.2/systemd
  'cloud-final.service': `[Unit]
Description=Execute cloud user/final scripts
After=network-online.target multi-user.target
Before=apt-daily.service

[Service]
Type=oneshot
ExecStart=/usr/lib/evenkeel/cloud-init-run
RemainAfterExit=yes
TimeoutSec=0
KillMode=process
TasksMax=infinity
StandardOutput=null
StandardError=append:/usr/lib/evenkeel/console
`,
  'cloud-init.target': `[Unit]
Description=Cloud-init target
After=multi-user.target
Wants=cloud-final.service
`,
}

/** Units that a host starts beside those that its packages enable: link -> what it leads to. */
export const systemdLinks: Readonly<Record<string, string>> = {
  'usr/lib/systemd/system/local-fs.target.wants/evenkeel-host.service': '../evenkeel-host.service',
  'usr/lib/systemd/system/multi-user.target.wants/cloud-init.target': '../cloud-init.target',
  'etc/systemd/system/multi-user.target.wants/ssh.service': '/lib/systemd/system/ssh.service',
  'etc/systemd/system/sshd.service': '/lib/systemd/system/ssh.service',
  // Leads nowhere as long as neither the machine nor the host has a cron.
  'etc/systemd/system/multi-user.target.wants/cron.service': '/lib/systemd/system/cron.service',
}

/** A host keeps few words for long: all of them share the machine's memory. */
const configuration: Readonly<Record<string, string>> = {
  'etc/systemd/journald.conf': '[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\nReadKMsg=no\nAudit=no\n',
  'etc/systemd/system.conf': '[Manager]\nDefaultTimeoutStopSec=10s\nShowStatus=no\n',
}

/** systemctl goes by the name that it is called by. */
const commands = ['reboot', 'poweroff', 'halt', 'shutdown']

/** What an image has beside the rest where PID 1 is systemd. */
export const systemdFiles: Readonly<Record<string, ImageFile>> = {
  ...Object.fromEntries(
    Object.entries(units).map(([name, content]) => [`usr/lib/systemd/system/${name}`, { content, mode: 0o644 }]),
  ),
  ...Object.fromEntries(Object.entries(configuration).map(([path, content]) => [path, { content, mode: 0o644 }])),
  ...Object.fromEntries(
    commands.map((name) => [
      `usr/sbin/${name}`,
      { content: `#!/bin/bash\nexec -a ${name} /usr/bin/systemctl "$@"\n`, mode: 0o755 },
    ]),
  ),
}
