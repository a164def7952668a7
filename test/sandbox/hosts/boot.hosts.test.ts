import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, eventually, type TestHost, TestSandbox, unlessHosts } from './support.js'

describeHosts(`a host${unlessHosts}`, () => {
  let sandbox: TestSandbox
  let host: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start()
    host = await sandbox.boot()
    await sandbox.openTo(host)
  })
  afterAll(() => sandbox.stop())

  test('lets the login user in and proves itself with the host key that boot resolved', async () => {
    expect(host.boot.hostKeys).toEqual([expect.stringMatching(/^ssh-ed25519 \S+ root@ip-10-66-0-5$/)])
    expect(await host.run('id -un; hostname; sudo id -un')).toBe('admin\nip-10-66-0-5\nroot')
  })

  test('tells what it was kept from, and has no name from outside then', async () => {
    expect(sandbox.backend.limits).toEqual(['hosts have no way out to the network: it was started with --offline'])
    expect((await host.try('getent hosts example.com')).exitCode).toBe(2)
  })

  test('has processes, mounts and users of its own', async () => {
    expect(await host.run('cat /proc/1/comm')).toBe('host-init')
    expect(await host.run("findmnt -rno SOURCE,FSTYPE /; grep '^/dev/nvme' /proc/mounts | cut -d ' ' -f 2")).toBe(
      '/dev/nvme0n1 overlay\n/',
    )
    expect(await host.run('ls /home /mnt /tmp')).toBe('/home:\nadmin\n\n/mnt:\n\n/tmp:')
    expect(await host.run("awk -F: '$3 >= 1000 && $3 < 65534 { print $1 }' /etc/passwd")).toBe('admin')
  })

  test('shows its own disks alone, of which it has but the root disk yet, of its size', async () => {
    const names = await host.run(
      'ls /sys/block; ls /dev | grep -E "^(loop|[svx]d|nvme)"; sudo lsblk -no NAME,MOUNTPOINT',
    )
    expect(names).toBe('nvme0n1\nnvme0n1\nnvme0n1 /')
    expect(
      await host.run('df --output=size -BG / | tail -1 | tr -dc "0-9\\n"; sudo blockdev --getsize64 /dev/nvme0n1'),
    ).toBe(`8\n${8 * 2 ** 30}`)
  })

  test("has the machine's settings to read alone, and nodes of the modes that Debian gives them", async () => {
    expect(await host.run('findmnt -no OPTIONS /proc/sys')).toMatch(/^ro,nosuid,nodev,noexec/)
    expect(await host.run('findmnt -no OPTIONS /dev/shm | cut -d , -f 1-3; stat -c %a /dev/shm /run/lock')).toBe(
      'rw,nosuid,nodev\n1777\n1777',
    )
    expect(await host.run('cd /dev; stat -Lc "%n %a %G %t:%T" null tty fuse stdin; stat -c "%a %G" nvme0n1')).toMatch(
      /^null 666 root 1:3\ntty 666 root 5:0\nfuse 666 root a:e5\nstdin .*\n660 disk$/,
    )
    expect(await host.run('stat -c "%a %U %n" ~ ~/.ssh ~/.ssh/authorized_keys ~/.profile')).toBe(
      '755 admin /home/admin\n700 admin /home/admin/.ssh\n644 admin /home/admin/.ssh/authorized_keys\n644 admin /home/admin/.profile',
    )
    expect(
      await host.run('sudo stat -c "%a %U" /etc/ssh/ssh_host_ed25519_key /etc/sudoers.d/90-cloud-init-users'),
    ).toBe('600 root\n440 root')
  })

  test('has a terminal', async () => {
    expect(await host.run('script -qc "test -t 0 && echo terminal" /dev/null')).toContain('terminal')
  })

  test("cannot make device nodes, nor open the machine's disks", async () => {
    expect((await host.try('sudo mknod /root/disk b 7 0')).exitCode).not.toBe(0)
    const disk = (await readdir('/sys/block')).find((name) => !/^(loop|ram)/.test(name))
    if (!existsSync('/sys/fs/cgroup/devices/devices.list') || disk === undefined) return
    await host.run('sudo mkdir -p /all && sudo mount -t devtmpfs all /all')
    expect((await host.try(`sudo head -c 1 /all/${disk}`)).output).toContain('Operation not permitted')
    await host.run('sudo umount /all')
  })

  test('writes its host keys to the console as cloud-init does', async () => {
    const console = await sandbox.backend.console(host.description.instanceId)
    const block = /-----BEGIN SSH HOST KEY KEYS-----\r\n([^]*?)-----END SSH HOST KEY KEYS-----\r\n/.exec(console)
    expect(block?.[1]?.trim()).toBe(host.boot.hostKeys[0])
    expect(console).toMatch(
      /^ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\r\nec2: 256 SHA256:\S{43} root@\S+ \(ED25519\)\r$/m,
    )
  })

  // With lists of packages of its own, and none in them: the machine's may name newer ones than it has installed.
  test.skipIf(!existsSync('/var/lib/dpkg/status'))(
    'knows what the machine has installed',
    async () => {
      await host.run('mkdir -p lists/partial')
      const install = 'sudo DEBIAN_FRONTEND=noninteractive apt-get -o Dir::State::Lists="$HOME/lists" install -y'
      expect(await host.run(`${install} dpkg`)).toContain('dpkg is already the newest version')
      expect((await host.try(`${install} evenkeel-of-nobody`)).output).toContain('Unable to locate package')
    },
    20_000,
  )

  test('keeps its root disk and its host key over stop and start', async () => {
    await host.run('echo kept > note; sudo touch /etc/kept /tmp/gone')
    await host.stop()
    await expect(host.try('true')).rejects.toThrow()
    expect(await host.start()).toEqual(host.boot)
    expect(await host.run('cat note /etc/kept; ls /tmp')).toBe('kept')
  })

  test('fills its own disk alone, and finds it larger at the boot after it has grown', async () => {
    const small = await sandbox.boot({ rootSizeBytes: 64 * 2 ** 20 })
    await sandbox.openTo(host, small)
    expect((await small.try('sudo head -c 100M /dev/zero > full; df --output=avail / | tail -1')).output).toMatch(
      /No space left on device\n *0$/,
    )
    await small.stop()
    await small.start({ rootSizeBytes: 128 * 2 ** 20 })
    expect(await small.run('head -c 20M /dev/zero >> full && stat -c %s full')).not.toBe('')
    expect(Number(await small.run('df --output=size -BM / | tail -1 | tr -dc 0-9'))).toBeGreaterThan(100)
    await small.stop()
    await sandbox.backend.destroy(small.description.instanceId)
    await sandbox.openTo(host)
  })

  test('has clocks and a boot of its own, which a restart shows', async () => {
    const facts = 'cat /proc/sys/kernel/random/boot_id; cut -d . -f 1 /proc/uptime; who -b'
    const [bootId, seconds, since] = (await host.run(facts)).split('\n')
    expect(bootId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(bootId).not.toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim())
    expect(Number(seconds)).toBeLessThan(uptime())
    expect(since).toMatch(/system boot .*\d\d:\d\d$/)
    await host.stop()
    await host.start()
    expect((await host.run(facts)).split('\n')[0]).not.toBe(bootId)
  })

  test('keeps them when the plug is pulled, too', async () => {
    await host.run('echo again >> note')
    await host.stop({ force: true })
    await host.start()
    expect(await host.run('cat note')).toBe('kept\nagain')
  })

  test('booting twice is the same as once', async () => {
    const before = await host.run('sudo stat -c %Y /proc/1')
    expect(await host.start()).toEqual(host.boot)
    expect(await host.run('sudo stat -c %Y /proc/1')).toBe(before)
  })

  test.each([
    ['reboot', 'sudo reboot'],
    ['reboot', 'sudo /sbin/shutdown -r now'],
    ['poweroff', 'sudo poweroff'],
    ['poweroff', 'sudo shutdown -h now'],
  ])('tells a %s that comes from inside by `%s`', async (how, command) => {
    sandbox.ends.length = 0
    await host.try(`echo before > last; ${command}; sleep 5`).catch(() => undefined)
    await eventually('the end', () => sandbox.ends.length > 0)
    expect(sandbox.ends).toEqual([`${host.description.instanceId} ${how}`])
    await host.start()
    expect(await host.run('cat last')).toBe('before')
  })

  test('tells a crash of its first process', async () => {
    sandbox.ends.length = 0
    process.kill(await firstProcessOf(sandbox), 'SIGKILL')
    await eventually('the end', () => sandbox.ends.length > 0)
    expect(sandbox.ends).toEqual([`${host.description.instanceId} crash`])
    await host.start()
  })

  test('is not reached from outside without a public address', async () => {
    const hidden = await sandbox.boot({ publicIp: '' })
    await sandbox.openTo(host, hidden)
    const publicIp = sandbox.backend.publicIpFor(hidden.description.privateIp)
    await expect(hidden.try('true', publicIp)).rejects.toThrow(/ECONNREFUSED|ENETUNREACH|EHOSTUNREACH/)
    await sandbox.readdress({ [hidden.description.privateIp]: publicIp })
    expect(await hidden.try('id -un', publicIp)).toEqual({ exitCode: 0, output: 'admin' })
    await hidden.stop()
  })

  test('does not report an end that was asked for', async () => {
    sandbox.ends.length = 0
    await host.stop()
    await host.start()
    expect(sandbox.ends).toEqual([])
  })

  test('tells writers before it stops', async () => {
    await host.run(
      'setsid sh -c \'trap "echo saved > ~/saved; exit" TERM; while :; do sleep 0.05; done\' >/dev/null 2>&1 </dev/null &',
    )
    await host.run('sleep 0.2')
    await host.stop()
    await host.start()
    expect(await host.run('cat saved')).toBe('saved')
  })

  test('leaves nothing of its root disk when destroyed', async () => {
    const other = await sandbox.boot()
    await other.stop()
    await sandbox.backend.destroy(other.description.instanceId)
    await sandbox.backend.destroy(other.description.instanceId)
    expect(await sandbox.backend.console(other.description.instanceId)).toBe('')
  })
})

/** The one `host-init` of this sandbox, in this machine's numbering. */
async function firstProcessOf(sandbox: TestSandbox): Promise<number> {
  for (const name of await readdir('/proc')) {
    const command = await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '')
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
    if (command === 'host-init\n' && environment.includes(sandbox.stateDir)) return Number(name)
  }
  throw new Error('there is no such process')
}
