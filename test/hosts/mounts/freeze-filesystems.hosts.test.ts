import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostAccess, HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import type { Fstype } from '../../../src/model/inside/fstype.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { Servers } from '../support.js'

describeHosts(`freezes${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let access: HostAccess
  let ext4: string
  let other: string

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts()
    ext4 = await mounted('ext4', '/srv/a', 64)
    other = await mounted('ext2', '/srv/b b', 64)
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  const mounted = async (fstype: Fstype, path: string, sizeMiB: number) => {
    const volumeId = await servers.attach(access, sizeMiB)
    await hosts.makeFilesystem(access, { volumeId, fstype, label: undefined, uuid: undefined })
    const mount = { path, options: undefined, owner: undefined, mode: undefined }
    await hosts.mount(access, { volumeId, fstype, mount, fresh: true })
    return volumeId
  }
  const on = async (command: string): Promise<string> => {
    const lines: string[] = []
    await hosts.run(access, command, (line) => lines.push(line))
    return lines.join('\n')
  }
  /** `held` as soon as the kernel lets the writing process wait for the filesystem; the write is left to go on. */
  const write = (path: string) =>
    on(`
      sudo sh -c 'echo $$ > /tmp/writer; echo x > "${path}"' & sudo_pid=$!
      while kill -0 $sudo_pid 2>/dev/null; do
        waits=$(sudo cat "/proc/$(cat /tmp/writer 2>/dev/null)/wchan" 2>/dev/null)
        case $waits in *rwsem*|*sb_start*|*freeze*) echo held; exit;; esac
      done
      echo written`)

  test('hold the filesystems still until they are let go', async () => {
    const freeze = await hosts.freeze(access, { volumeIds: [ext4, other], seconds: 600 })
    try {
      expect(freeze.complete).toBe(true)
      expect(await write('/srv/a/one')).toBe('held')
      expect(await write('/srv/b b/one')).toBe('held')
    } finally {
      expect(await freeze.thaw()).toBe(true)
    }
    expect(await write('/srv/a/two')).toBe('written')
    expect(await write('/srv/b b/two')).toBe('written')
    // Nor does the watchdog's clock stay behind, but for the moment that a signal takes.
    const watchdogs = () => on(`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -o 'sleep 600' || echo none`)
    await expect.poll(watchdogs, { interval: 50, timeout: 20_000 }).toBe('none')
  })

  test('end by themselves when the time is over, and that is told', async () => {
    const freeze = await hosts.freeze(access, { volumeIds: [ext4], seconds: 1 })
    // Goes on only when the time is over.
    await on(`sudo sh -c 'echo x > /srv/a/four'`)
    expect(await freeze.thaw()).toBe(false)
  })

  test('end when whoever asked for them is gone', async () => {
    const lost = createHosts()
    await lost.freeze(access, { volumeIds: [ext4], seconds: 600 })
    expect(await write('/srv/a/five')).toBe('held')
    lost.close()
    await expect.poll(() => write('/srv/a/six'), { timeout: 120_000 }).toBe('written')
  })

  test('that somebody else holds are refused, and nothing else stays frozen', async () => {
    await on("sudo fsfreeze -f '/srv/b b'")
    try {
      await expect(hosts.freeze(access, { volumeIds: [ext4, other], seconds: 600 })).rejects.toMatchObject({
        code: 'HOST_COMMAND_FAILED',
        retryable: true,
      })
      expect(await write('/srv/a/seven')).toBe('written')
    } finally {
      await on("sudo fsfreeze -u '/srv/b b'")
    }
  })

  test('of nothing that is mounted are nothing', async () => {
    const blank = await servers.attach(access, 8)
    const freeze = await hosts.freeze(access, { volumeIds: [blank], seconds: 600 })
    expect([freeze.complete, await freeze.thaw()]).toEqual([true, true])
  })

  // Not every kernel has one that cannot be frozen.
  const hasVfat = /\bvfat$/m.test(readFileSync('/proc/filesystems', 'utf8'))
  test.skipIf(!hasVfat)('of a filesystem without any write it out instead', async () => {
    const volumeId = await mounted('vfat', '/srv/c', 64)
    const freeze = await hosts.freeze(access, { volumeIds: [volumeId, ext4], seconds: 600 })
    expect(freeze.complete).toBe(false)
    expect(await write('/srv/a/eight')).toBe('held')
    expect(await freeze.thaw()).toBe(true)
  })
})
