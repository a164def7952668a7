import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeHosts, type TestHost, TestSandbox, unlessHosts } from './support.js'

describeHosts(`what is on a host's root disk${unlessHosts}`, () => {
  let sandbox: TestSandbox
  let host: TestHost
  /** A directory of this machine, which a host has not. */
  let machine: string

  beforeAll(async () => {
    sandbox = await TestSandbox.start()
  })
  beforeEach(async () => {
    machine = await mkdtemp(join(tmpdir(), 'evenkeel-machine-'))
    await writeFile(join(machine, 'resolv.conf'), "the machine's\n")
    await writeFile(join(machine, 'wtmp'), '')
    host = await sandbox.boot({ rootSizeBytes: 64 * 2 ** 20 })
    await sandbox.openTo(host)
  })
  afterEach(async () => {
    await host.stop()
    await sandbox.backend.destroy(host.description.instanceId)
    await rm(machine, { recursive: true, force: true })
  })
  afterAll(() => sandbox.stop())

  const expectMachineUntouched = async () => {
    expect((await readdir(machine)).sort()).toEqual(['resolv.conf', 'wtmp'])
    expect(await readFile(join(machine, 'resolv.conf'), 'utf8')).toBe("the machine's\n")
    expect(await readFile(join(machine, 'wtmp'), 'utf8')).toBe('')
  }

  test('leads to no file of the machine by a link, at a boot of the host', async () => {
    await host.run(`sudo rm -rf /tmp /var/log/wtmp && sudo ln -s ${machine} /tmp && sudo ln -s ${machine}/wtmp /var/log/wtmp
      sudo ln -sf ${machine}/resolv.conf /etc/resolv.conf`)
    await host.stop()
    await host.start()
    await expectMachineUntouched()
    expect(await host.run('cat /etc/resolv.conf')).toContain('nameserver')
  })

  test('leads to none either where a whole folder is a link', async () => {
    await host.run(`sudo mv /var/log /var/old && sudo ln -s ${machine} /var/log`)
    await host.stop()
    await host.start()
    await expectMachineUntouched()
  })

  test('does not keep it from booting by a link to what is not there yet', async () => {
    await host.run('sudo ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf')
    await host.stop()
    await host.start()
    expect(await host.run('cat /etc/resolv.conf')).toContain('nameserver')
  })

  test.each([
    ['without what cloud-init keeps', 'rm -rf /var/lib/cloud'],
    ['without a name', 'rm /etc/hostname'],
    ['with an empty name', 'sh -c "echo > /etc/hostname"'],
    ['with a name that is too long', `sh -c "echo ${'x'.repeat(65)} > /etc/hostname"`],
  ])('does not keep it from booting %s', async (_what, command) => {
    await host.run(`sudo ${command}`)
    await host.stop()
    await host.start()
    expect(await host.run('hostname')).toBe(host.description.hostname)
  })

  test('does not keep it from booting where two files claim a block, as what has no journal may', async () => {
    await host.run('sudo sh -c "head -c 40000 /dev/urandom > /root/one; head -c 40000 /dev/urandom > /root/two; sync"')
    await host.stop()
    for (const request of ['copy_inode /upper/root/one /upper/root/two', 'dirty']) {
      await onRootDisk(sandbox.stateDir, host, request)
    }
    await host.start()
    expect(await host.run('sudo stat -c %s /root/one /root/two')).toBe('40000\n40000')
  })

  test('is no device any more where the host could not be started', async () => {
    await host.stop()
    const mounts = join(sandbox.stateDir, 'instances', host.description.instanceId, 'mounts')
    await rm(mounts)
    await mkdir(mounts)
    await expect(host.start()).rejects.toThrow(/EISDIR/)
    expect(await loopsOf(host)).toEqual([])
    await rm(mounts, { recursive: true })
    await host.start()
    expect(await loopsOf(host)).toHaveLength(1)
  })
})

describeHosts(`what a host asks of its sandbox${unlessHosts}`, () => {
  test.each(['constructor', '__proto__', 'toString'])('may be called %s, and the others go on', async (name) => {
    const sandbox = await TestSandbox.start()
    const values = { 'meta-data/instance-id': 'i-1' }
    const host = await sandbox.boot({ metadata: { access: 'anybody', values } })
    await sandbox.openTo(host)
    await sandbox.setNames({ 'one.ec2.internal': '10.66.0.9' })
    const get = `exec 3<>/dev/tcp/169.254.169.254/80; printf "GET /latest/${name} HTTP/1.0\\r\\n\\r\\n" >&3; timeout 5 cat <&3`
    expect((await host.try(`getent hosts ${name}`)).exitCode).toBe(2)
    expect((await host.try(`bash -c '${get}'`)).output).toMatch(/^HTTP\/1\.1 404 /)
    expect(await host.run('getent hosts one')).toMatch(/^10\.66\.0\.9 /)
    await sandbox.stop()
  })
})

/** Lets debugfs write to the root disk of a host that is off, where the disks are mounted. */
async function onRootDisk(stateDir: string, { description }: TestHost, request: string): Promise<void> {
  for (const name of await readdir('/proc')) {
    const table = await readFile(`/proc/${name}/mounts`, 'utf8').catch(() => '')
    if (!table.includes(`${stateDir}/disks xfs`)) continue
    const file = `/proc/${name}/root${stateDir}/disks/volumes/${description.instanceId}.img`
    await promisify(execFile)('debugfs', ['-w', '-R', request, file])
    return
  }
  throw new Error('the disks are mounted nowhere')
}

/** The loop devices whose file is the root disk of this host. */
async function loopsOf({ description }: TestHost): Promise<readonly string[]> {
  const names = (await readdir('/sys/block')).filter((name) => name.startsWith('loop'))
  const files = await Promise.all(
    names.map((name) => readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')),
  )
  return files.filter((file) => file.includes(description.instanceId))
}
