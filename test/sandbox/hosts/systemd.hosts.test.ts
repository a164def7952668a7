import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseInit } from '../../../src/sandbox/hosts/host/init.js'
import { unifiedHierarchy } from '../../../src/sandbox/hosts/host/process-group.js'
import { describeHosts, eventually, operator, sshRule, type TestHost, TestSandbox, unlessHosts } from './support.js'

const { init, because } = await chooseInit('systemd')
const unlessSystemd = because === undefined ? '' : ` (skipped: ${because})`

describeHosts(`hosts with systemd${unlessHosts}${unlessSystemd}`, () => {
  let sandbox: TestSandbox
  let host: TestHost
  let peer: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ init: 'systemd', offline: false })
    const volumeId = await sandbox.volume(2 ** 28)
    ;[host, peer] = await Promise.all([
      sandbox.boot({
        volumes: [{ volumeId, deviceName: '/dev/sdf' }],
        userData: '#!/bin/sh\nsystemctl is-active multi-user.target ssh > /root/at-first-boot',
      }),
      sandbox.boot(),
    ])
    await sandbox.openTo(host, peer)
  })
  afterAll(() => sandbox?.stop())

  describe.skipIf(init !== 'systemd')('as PID 1', () => {
    test('boots without a failed unit, and shows its keys when user data has run', async () => {
      expect(await host.run('sudo cat /proc/1/comm; systemctl is-system-running --wait; systemctl --failed -q')).toBe(
        'systemd\nrunning',
      )
      const console = await sandbox.backend.console(host.description.instanceId)
      expect(console).toContain(`-----BEGIN SSH HOST KEY KEYS-----\r\n${host.boot.hostKeys[0] ?? ''}\r\n-----END SSH`)
      expect(await host.run('sudo cat /root/at-first-boot; cloud-init status')).toBe('active\nactive\nstatus: done')
    })

    test("runs units and timers, keeps a journal, and starts nothing of the machine's", async () => {
      await host.run(
        `printf '[Service]\\nExecStart=/bin/sh -c "echo from the unit; exec sleep 1000"\\n[Install]\\nWantedBy=multi-user.target\\n' | sudo tee /etc/systemd/system/probe.service >/dev/null
        sudo systemctl daemon-reload && sudo systemctl enable --now probe 2>/dev/null
        sudo systemd-run -q --on-active=50ms --timer-property=AccuracySec=1ms touch /run/by-timer`,
      )
      await eventually('the timer', async () => (await host.try('test -e /run/by-timer')).exitCode === 0)
      expect(await host.run('systemctl is-active probe; sudo journalctl -u probe -o cat | grep unit')).toBe(
        'active\nfrom the unit',
      )
      const services = await host.run('systemctl list-units --type=service --state=running --plain --no-legend')
      expect(services.split('\n').map((line) => line.split(' ')[0])).toEqual(
        expect.arrayContaining(['probe.service', 'ssh.service', 'systemd-journald.service']),
      )
      expect(services).not.toMatch(/postgresql|timesyncd|udevd|getty|cron\.service.*postgres/)
    })

    test.skipIf(!existsSync('/usr/sbin/cron'))('has a cron of its own', async () => {
      await host.run(
        'echo "@reboot touch by-cron" | crontab - && sudo rm /run/crond.reboot; sudo systemctl restart cron',
      )
      await eventually('the job', async () => (await host.try('test -e by-cron')).exitCode === 0)
      expect(await host.run('stat -c %U by-cron')).toBe('admin')
    })

    test.each([
      ['reboot', 'sudo systemctl reboot'],
      ['poweroff', 'sudo poweroff'],
      ['poweroff', 'sudo shutdown -h now'],
    ])('tells a %s by `%s`, keeps what was enabled and mounts what fstab names', async (how, command) => {
      sandbox.ends.length = 0
      await host.run(
        `grep -q /d /etc/fstab || { sudo mkfs.ext4 -q /dev/nvme1n1; sudo mkdir /d; echo '/dev/nvme1n1 /d ext4 nofail 0 2' | sudo tee -a /etc/fstab; }`,
      )
      await host.try(`${command}; sleep 10`).catch(() => undefined)
      await eventually('the end', () => sandbox.ends.length > 0)
      expect(sandbox.ends).toEqual([`${host.description.instanceId} ${how}`])
      await host.start()
      expect(await host.run('systemctl is-active probe; findmnt -no SOURCE /d')).toBe('active\n/dev/nvme1n1')
    })

    test('leaves no process and no group behind', async () => {
      const other = await sandbox.boot()
      await sandbox.openTo(host, peer, other)
      await other.run('sudo systemd-run -q --scope setsid sleep 1000 >/dev/null 2>&1 </dev/null &')
      const groups = async () =>
        (await readdir((await unifiedHierarchy()) ?? '')).filter((name) => name.endsWith(other.description.instanceId))
      expect(await groups()).toHaveLength(1)
      await other.stop({ force: true })
      expect(await groups()).toEqual([])
      await sandbox.openTo(host, peer)
    })
  })

  describe('names', () => {
    const own = 'ip-10-66-0-6.ec2.internal'

    test('of hosts are known as soon as they are, by short name, long name and address', async () => {
      expect((await host.try(`getent hosts ${own}`)).exitCode).toBe(2)
      await sandbox.setNames({ [own]: '10.66.0.6', 'ec2-127-1-2-3.compute-1.amazonaws.com': '10.66.0.6' })
      expect(await host.run('getent ahostsv4 ip-10-66-0-6 | head -1; getent hosts 10.66.0.6')).toBe(
        `10.66.0.6       STREAM ip-10-66-0-6.ec2.internal\n10.66.0.6       ${own}`,
      )
      expect(await host.run('getent hosts ec2-127-1-2-3.compute-1.amazonaws.com; hostname -f')).toBe(
        `10.66.0.6       ec2-127-1-2-3.compute-1.amazonaws.com\n${host.description.hostname}.ec2.internal`,
      )
    })
  })

  describe('the way out', () => {
    /** A service of this machine's on all its addresses. */
    let server: Server
    let port: number
    const said = 'a service of the machine'

    beforeAll(async () => {
      server = createServer((socket) => socket.end(said))
      await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
      port = (server.address() as { port: number }).port
    })
    afterAll(() => server?.close())

    const reach = (from: TestHost, address: string) =>
      from.try(`timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}; cat <&3'`)

    test("leads neither to this machine's addresses nor to private networks", async () => {
      const mine = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
      const addresses = mine.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
      for (const address of [...addresses, '169.254.2.2', '10.0.2.2', '192.168.0.1']) {
        expect((await reach(host, address)).output).not.toContain(said)
      }
    })

    test('is shut for hosts without a public address', async () => {
      const { privateIp, publicIp } = peer.description
      await sandbox.setRules([
        ...[host, peer].map(({ description }) => sshRule(operator, description.privateIp)),
        sshRule(`${host.description.privateIp}/32`, privateIp),
      ])
      const routes = 'timeout 3 bash -c "</dev/tcp/198.51.100.1/9" 2>&1'
      await sandbox.readdress({ [privateIp]: undefined })
      expect(await throughPid(peer, routes)).toContain('Network is unreachable')
      await sandbox.readdress({ [privateIp]: publicIp })
    })
  })

  /** Runs a command in a host that cannot be logged in to. */
  async function throughPid(target: TestHost, command: string): Promise<string> {
    const namespace = await sandbox.networkOf(target)
    const { stdout } = await promisify(execFile)('nsenter', [`--net=${namespace}`, 'sh', '-c', `${command} || :`])
    return stdout
  }
})
