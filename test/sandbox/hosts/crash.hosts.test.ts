import { execFile, fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deviceHierarchy } from '../../../src/sandbox/hosts/host/device-group.js'
import { unifiedHierarchy } from '../../../src/sandbox/hosts/host/process-group.js'
import { createLinuxHosts } from '../../../src/sandbox/hosts/linux-hosts.js'
import { describeHosts, eventually, unlessHosts } from './support.js'

const started: ChildProcess[] = []
// What a test that failed has left running.
afterEach(async () => {
  for (const child of started
    .splice(0)
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    child.send('stop')
    await once(child, 'exit')
  }
})

const daemon = fileURLToPath(new URL('./crashing-daemon.mjs', import.meta.url))

describeHosts(`a daemon that is killed${unlessHosts}`, () => {
  let stateDir: string

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'evenkeel-crash-'))
  })
  afterEach(() => rm(stateDir, { recursive: true, force: true }))

  test('leaves no process, mount or device, and the next one finds the data', async () => {
    const child = await startDaemon(stateDir, 'mounted')
    expect(await leftOf(stateDir)).not.toEqual(nothing)
    child.kill('SIGKILL')
    await eventually('the end of everything', async () => isNothing({ ...(await leftOf(stateDir)), groups: [] }))

    const backend = createLinuxHosts({ stateDir })
    await backend.start()
    expect((await leftOf(stateDir)).groups).toEqual([])
    expect(backend.publicIpFor('10.66.0.5')).toBe((await readFile(join(stateDir, 'public-ip'), 'utf8')).trim())
    await backend.createSnapshot('snap-1', 'vol-1')
    await backend.stop()
    expect(await onImage(stateDir, 'debugfs -R "cat /word" snapshots/snap-1.img 2>/dev/null')).toBe('written\n')
    expect(await leftOf(stateDir)).toEqual(nothing)
  })

  test.each(['booting', 'copying', 'attaching'])('while it is %s, leaves nothing either', async (what) => {
    const child = await startDaemon(stateDir, what)
    await new Promise((resolve) => setTimeout(resolve, 60))
    child.kill('SIGKILL')
    await eventually('the end of everything', async () => {
      const { processes, mounts } = await leftOf(stateDir)
      return processes.length + mounts.length === 0
    })
    const backend = createLinuxHosts({ stateDir })
    await backend.start()
    await backend.stop()
    expect(await onImage(stateDir, 'ls volumes snapshots')).not.toContain('partial')
    expect(await leftOf(stateDir)).toEqual(nothing)
  })

  test('whose directory is gone leaves no group once another sandbox has started', async () => {
    const other = await mkdtemp(join(tmpdir(), 'evenkeel-crash-'))
    const living = await startDaemon(other, 'mounted')
    // Empty, as in the moment in which a host is made.
    const hierarchy = (await deviceHierarchy()) ?? (await unifiedHierarchy())
    const itsGroup = join(hierarchy!, `evenkeel-${identityOf(other)}-i-made`)
    await mkdir(itsGroup)
    const child = await startDaemon(stateDir, 'mounted')
    child.kill('SIGKILL')
    await eventually('the end of everything', async () => isNothing({ ...(await leftOf(stateDir)), groups: [] }))
    // Any other sandbox of this machine that starts takes away what it left.
    await mkdir(join(hierarchy!, `evenkeel-${identityOf(stateDir)}-i-left`))
    await rm(stateDir, { recursive: true })

    const third = await mkdtemp(join(tmpdir(), 'evenkeel-crash-'))
    const backend = createLinuxHosts({ stateDir: third })
    await backend.start()
    await backend.stop()
    expect((await leftOf(stateDir)).groups).toEqual([])
    expect((await leftOf(other)).groups).toContain(basename(itsGroup))
    living.send('stop')
    await once(living, 'exit')
    expect(await leftOf(other)).toEqual(nothing)
    for (const path of [other, third]) await rm(path, { recursive: true, force: true })
  })

  test('that stops in order leaves nothing', async () => {
    const child = await startDaemon(stateDir, 'mounted')
    child.send('stop')
    await once(child, 'exit')
    expect(await leftOf(stateDir)).toEqual(nothing)
  })
})

describeHosts(`a world whose volumes are plain files${unlessHosts}`, () => {
  test('goes on with them, and says what that means', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'evenkeel-plain-'))
    await mkdir(join(stateDir, 'volumes'))
    await writeFile(join(stateDir, 'volumes', 'vol-1.img'), 'of an earlier version')
    const backend = createLinuxHosts({ stateDir })
    await backend.start()
    expect(backend.limits).toContainEqual(expect.stringContaining('plain files since an earlier version'))
    await backend.createSnapshot('snap-1', 'vol-1')
    expect(await readFile(join(stateDir, 'snapshots', 'snap-1.img'), 'utf8')).toBe('of an earlier version')
    await backend.stop()
    expect(await leftOf(stateDir)).toEqual(nothing)
    await rm(stateDir, { recursive: true })
  })
})

describeHosts(`two sandboxes${unlessHosts}`, () => {
  let directories: readonly string[]

  beforeEach(async () => {
    directories = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'evenkeel-two-'))))
  })
  afterEach(async () => {
    for (const directory of directories) await rm(directory, { recursive: true, force: true })
  })

  test('live side by side, in one process, with an address block each', async () => {
    const [first, second] = directories.map((stateDir) => createLinuxHosts({ stateDir, init: 'minimal' }))
    await Promise.all([first?.start(), second?.start()])
    const description = {
      instanceId: 'i-1',
      hostname: 'one',
      domain: 'ec2.internal',
      privateIp: '10.66.0.5',
      loginUser: 'admin',
      authorizedKeys: [],
      userData: undefined,
      deviceNaming: 'nvme' as const,
      rootSizeBytes: 2 ** 30,
      volumes: [],
      macAddress: '02:ee:0a:42:00:63',
      metadata: { access: 'token' as const, values: {} },
    }
    const publicIps = [first, second].map((backend) => backend?.publicIpFor(description.privateIp) ?? '')
    expect(new Set(publicIps).size).toBe(2)
    for (const [index, backend] of [first, second].entries()) {
      const publicAddresses = [{ publicIp: publicIps[index] ?? '', privateIp: description.privateIp }]
      await backend?.setNetwork({ publicAddresses, names: {}, rules: [] })
    }
    const [one, two] = await Promise.all([first?.boot(description), second?.boot(description)])
    expect(one?.hostKeys).not.toEqual(two?.hostKeys)
    await first?.stop()
    expect(await second?.boot(description)).toEqual(two)
    await second?.stop()
    for (const directory of directories) expect(await leftOf(directory)).toEqual(nothing)
  })

  test('do not share a state directory', async () => {
    const [stateDir = ''] = directories
    const [first, second] = [createLinuxHosts({ stateDir }), createLinuxHosts({ stateDir })]
    await first.start()
    await expect(second.start()).rejects.toMatchObject({ code: 'SANDBOX_IN_USE' })
    await first.stop()
    await second.start()
    await second.stop()
  })
})

/** What a command says among the volumes and snapshots of a sandbox that has ended. */
async function onImage(stateDir: string, command: string): Promise<string> {
  const script = `mount -t xfs -o loop,ro,nouuid "$0/disks.xfs" /mnt && cd /mnt && ${command}`
  const { stdout } = await promisify(execFile)('unshare', ['--mount', 'sh', '-c', script, stateDir])
  return stdout
}

const nothing = { processes: [], mounts: [], loops: [], groups: [] }

type Left = { readonly [Kind in keyof typeof nothing]: readonly string[] }

function isNothing(left: Left): boolean {
  return Object.values(left).every((found) => found.length === 0)
}

/** What there is on this machine of the sandbox in `stateDir`: processes by the mark in their environment. */
async function leftOf(stateDir: string): Promise<Left> {
  const processes: string[] = []
  const mounts: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
    if (environment.split('\0').includes(`EVENKEEL_HOSTS=${stateDir}`)) processes.push(name)
    const table = await readFile(`/proc/${name}/mountinfo`, 'utf8').catch(() => '')
    if (table.includes(stateDir)) mounts.push(name)
  }
  const loops: string[] = []
  for (const name of (await readdir('/sys/block')).filter((block) => block.startsWith('loop'))) {
    const file = await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')
    if (file.startsWith(stateDir)) loops.push(name)
  }
  const hierarchies = ['/sys/fs/cgroup/devices', (await unifiedHierarchy()) ?? '']
  const entries = await Promise.all(hierarchies.map((path) => readdir(path).catch(() => [])))
  const groups = entries.flat().filter((name) => name.startsWith('evenkeel-'))
  return { processes, mounts, loops, groups: groups.filter((name) => name.includes(identityOf(stateDir))) }
}

function identityOf(stateDir: string): string {
  return createHash('sha256').update(stateDir).digest('hex').slice(0, 12)
}

async function startDaemon(stateDir: string, what: string): Promise<ChildProcess> {
  const child = fork(daemon, [stateDir, what], { stdio: 'inherit' })
  started.push(child)
  await once(child, 'message')
  return child
}
