import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  defaultSandboxDir,
  ensureSandbox,
  findSandbox,
  resetSandbox,
  sandboxStatus,
  stopSandbox,
} from '../../src/sandbox/daemon-client.js'
import type { SandboxEndpoint } from '../../src/sandbox/daemon-client.js'
import { noHostsBecause } from '../support/hosts-missing.js'
import { temporaryDir, until } from './support.js'

/** A directory whose daemon is ended with the test. */
function daemonDir(): string {
  const dir = join(temporaryDir(), 'sandbox')
  onTestFinished(async () => {
    await stopSandbox(dir)
  })
  return dir
}

function clientFor({ endpoint, region, accessKeyId, secretAccessKey }: SandboxEndpoint): ec2.EC2Client {
  const client = new ec2.EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  onTestFinished(() => client.destroy())
  return client
}

const hosts = { hosts: 'none' } as const

test('a daemon starts once, also when asked for twice at once, and stops', async () => {
  const dir = daemonDir()
  expect(await findSandbox(dir)).toBeUndefined()
  const [first, second] = await Promise.all([ensureSandbox(dir, hosts), ensureSandbox(dir, hosts)])
  expect(second).toEqual(first)
  expect(await findSandbox(dir)).toEqual(first)
  expect(statSync(join(dir, 'endpoint.json')).mode & 0o777).toBe(0o600)
  expect(first).toMatchObject({ hosts: 'none', accountId: '123456789012', region: 'us-east-1' })
  expect(await sandboxStatus(dir)).toMatchObject({ running: true, status: { pid: first.pid, hosts: { kind: 'none' } } })
  expect(await stopSandbox(dir)).toBe(true)
  expect(await stopSandbox(dir)).toBe(false)
  expect(await sandboxStatus(dir)).toEqual({ stateDir: dir, running: false })
  expect(readdirSync(dir).filter((name) => name.startsWith('lock') || name === 'endpoint.json')).toEqual([])
})

test('after kill -9 the next daemon has the same world at the same endpoint', async () => {
  const dir = daemonDir()
  const first = await ensureSandbox(dir, hosts)
  await clientFor(first).send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  process.kill(first.pid, 'SIGKILL')
  await until(
    () => findSandbox(dir),
    (found) => found === undefined,
  )
  const second = await ensureSandbox(dir, hosts)
  expect(second.pid).not.toBe(first.pid)
  expect({ ...second, pid: 0, startedAt: '' }).toEqual({ ...first, pid: 0, startedAt: '' })
  expect((await clientFor(second).send(new ec2.DescribeVolumesCommand({}))).Volumes).toHaveLength(1)
})

test('switches are kept over a restart, and a running daemon refuses others', async () => {
  const dir = daemonDir()
  const switches = { chaos: '7:lag', latencies: 'real', clock: '20x' } as const
  const first = await ensureSandbox(dir, { ...hosts, switches })
  expect(first).toMatchObject({ switches, clock: { factor: 20 } })
  expect(await ensureSandbox(dir, { ...hosts, switches })).toEqual(first)
  await expect(ensureSandbox(dir, { ...hosts, switches: { latencies: 'real' } })).rejects.toThrow(
    'it runs with --chaos 7:lag --latencies real --clock 20x, and --latencies real was asked for',
  )
  await stopSandbox(dir)
  const again = await ensureSandbox(dir, hosts)
  expect(again).toMatchObject({ switches, clock: first.clock })
  await stopSandbox(dir)
  expect((await ensureSandbox(dir, { ...hosts, switches: {} })).switches).toBeUndefined()
})

test('a daemon whose directory is removed ends by itself', async () => {
  const dir = daemonDir()
  const { pid } = await ensureSandbox(dir, hosts)
  rmSync(dir, { recursive: true })
  expect(
    await until(
      async () => isAlive(pid),
      (alive) => !alive,
    ),
  ).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('reset removes the world and leaves what is not its own', async () => {
  const dir = daemonDir()
  const first = await ensureSandbox(dir, hosts)
  await clientFor(first).send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  writeFileSync(join(dir, 'notes.txt'), 'mine')
  await resetSandbox(dir)
  expect(readdirSync(dir)).toEqual(['notes.txt'])
  const second = await ensureSandbox(dir, hosts)
  expect((await clientFor(second).send(new ec2.DescribeVolumesCommand({}))).Volumes).toEqual([])
  await stopSandbox(dir)
  rmSync(join(dir, 'notes.txt'))
  await resetSandbox(dir)
  expect(existsSync(dir)).toBe(false)
})

test('a daemon that cannot start says why', async () => {
  const dir = daemonDir()
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'sandbox.json'), '{"formatVersion":1,"hosts":"linux"}')
  await expect(ensureSandbox(dir, hosts)).rejects.toThrow(/cannot go on without hosts/)
})

test('what holds the directory and is no daemon is left alone', async () => {
  const dir = daemonDir()
  mkdirSync(dir, { recursive: true })
  const other = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => void other.kill())
  writeFileSync(join(dir, 'lock.1'), JSON.stringify({ pid: other.pid, startedAt: '' }))
  await expect(stopSandbox(dir)).rejects.toThrow(/is no sandbox daemon/)
  expect(isAlive(other.pid!)).toBe(true)
  rmSync(join(dir, 'lock.1'))
})

test('a daemon that is still starting is ended, and waited for', async () => {
  const dir = daemonDir()
  mkdirSync(dir, { recursive: true })
  // As one that boots the servers of its world: it has the directory, and no endpoint yet.
  const starting = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => void starting.kill())
  writeFileSync(join(dir, 'lock.1'), JSON.stringify({ pid: starting.pid, startedAt: '', isDaemon: true }))
  expect(await stopSandbox(dir)).toBe(true)
  expect(starting.signalCode).toBe('SIGTERM')
})

test('a daemon that is asked to end while it starts ends in order once it has', async () => {
  const dir = daemonDir()
  const ready = ensureSandbox(dir, hosts).catch(() => undefined)
  await until(
    async () => existsSync(join(dir, 'lock.1')),
    (isThere) => isThere,
  )
  expect(await stopSandbox(dir)).toBe(true)
  await ready
  expect(readFileSync(join(dir, 'daemon.log'), 'utf8')).toMatch(/ending: SIGTERM\n.*ended\n/)
})

test('a daemon inherits no keys of the shell that it was started from', async () => {
  const names = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
  for (const name of names) process.env[name] = 'planted'
  const { pid } = await ensureSandbox(daemonDir(), hosts).finally(() => {
    for (const name of names) delete process.env[name]
  })
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('planted')
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toContain('PATH=')
})

describe.skipIf(noHostsBecause !== undefined)('whatever umask a daemon is started with', () => {
  test.each([0o000, 0o077])(
    '%o: its files are its owner’s, and those of its hosts as Debian has them',
    async (umask) => {
      const dir = daemonDir()
      const before = process.umask(umask)
      const endpoint = await ensureSandbox(dir, {
        hosts: 'linux',
        switches: { init: 'minimal', offline: true },
      }).finally(() => process.umask(before))
      const client = clientFor(endpoint)
      const { Images = [] } = await client.send(
        new ec2.DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }] }),
      )
      const run = { ImageId: Images[0]?.ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const
      await client.send(
        new ec2.RunInstancesCommand({ ...run, UserData: Buffer.from('#!/bin/sh\n').toString('base64') }),
      )
      const root = await until(
        async () => rootOfHost(dir),
        (found) => found !== undefined,
      )
      await until(
        async () => existsSync(`${root}/run/cloud-init/result.json`),
        (isThere) => isThere,
      )
      const modes = (paths: readonly string[]) =>
        Object.fromEntries(paths.map((path) => [path, (statSync(path).mode & 0o7777).toString(8)]))
      const below = (paths: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(paths).map(([path, mode]) => [`${root}${path}`, mode]))
      const wanted = below({
        '/': '755',
        '/etc': '755',
        '/etc/passwd': '644',
        '/etc/profile': '644',
        '/etc/shadow': '640',
        '/etc/ssh': '755',
        '/etc/ssh/ssh_host_ed25519_key': '600',
        '/etc/ssh/ssh_host_ed25519_key.pub': '644',
        '/home/admin/.ssh/authorized_keys': '644',
        '/proc/sys/kernel/random/boot_id': '644',
        '/root': '700',
        '/usr': '755',
        '/usr/lib/evenkeel/host-init': '755',
        '/var/lib': '755',
        '/var/lib/cloud/instance/': '755',
      })
      expect(modes(Object.keys(wanted))).toEqual(wanted)
      expect(openFiles(dir)).toEqual([])
      await stopSandbox(dir)
    },
  )
})

/** Where the root of the one host of this sandbox is seen from here. */
function rootOfHost(dir: string): string | undefined {
  const pid = readdirSync('/proc').find((name) => {
    try {
      const isHost = readFileSync(`/proc/${name}/comm`, 'utf8') === 'host-init\n'
      return isHost && readFileSync(`/proc/${name}/environ`, 'utf8').includes(dir)
    } catch {
      return false
    }
  })
  return pid === undefined ? undefined : `/proc/${pid}/root`
}

/** What below a sandbox's directory others than its owner could reach. */
function openFiles(dir: string): readonly string[] {
  if ((statSync(dir).mode & 0o077) !== 0) return [dir]
  const files = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ name }) => join(dir, name)).filter((path) => (statSync(path).mode & 0o077) !== 0)
}

test('the default directory is named by the environment', () => {
  expect(defaultSandboxDir({ EVENKEEL_SANDBOX_DIR: '/a' })).toBe('/a')
  expect(defaultSandboxDir({ XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/evenkeel/sandbox/default')
  expect(defaultSandboxDir({ HOME: '/h' })).toBe('/h/.local/state/evenkeel/sandbox/default')
})
