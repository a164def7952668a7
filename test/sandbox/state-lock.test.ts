import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { holderOf, isHeldElsewhere, lockStateDir, StateDirBusy } from '../../src/sandbox/state-lock.js'
import { temporaryDir } from './support.js'

test.runIf(process.platform === 'linux')(
  'a killed process holds its directory as long as it holds its port',
  async () => {
    for (let round = 0; round < 5; round += 1) {
      const stateDir = temporaryDir()
      const child = spawn(process.execPath, ['-e', threadedListener], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, UV_THREADPOOL_SIZE: '128' },
      })
      const ended = once(child, 'exit')
      const [port] = (await once(child.stdout, 'data')) as [Buffer]
      const pid = child.pid!
      writeFileSync(join(stateDir, 'lock.1'), JSON.stringify({ pid, startedAt: startOf(pid) }))
      expect(holderOf(stateDir)).toBe(pid)
      expect(isListenedAt(Number(port))).toBe(true)
      child.kill('SIGKILL')
      // Nothing is awaited, so that no moment is missed.
      while (holderOf(stateDir) !== undefined);
      expect(isListenedAt(Number(port))).toBe(false)
      await ended
    }
  },
)

const canUnshare =
  process.platform === 'linux' && spawnSync('unshare', ['--pid', '--fork', '--kill-child', 'true']).status === 0

test.runIf(canUnshare)(
  'a holder in another namespace of processes is known by its socket, and by no process id',
  async () => {
    const stateDir = temporaryDir()
    // Its id is 1 there, which is another process here.
    const child = spawn(
      'unshare',
      ['--pid', '--fork', '--kill-child', process.execPath, '-e', socketHolder, stateDir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const ended = once(child, 'exit')
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    expect(holderOf(stateDir)).toBe(Number(said))
    expect(isHeldElsewhere(stateDir)).toBe(true)
    expect(() => lockStateDir(stateDir)).toThrow(StateDirBusy)
    child.kill('SIGKILL')
    await ended
    while (holderOf(stateDir) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    lockStateDir(stateDir).release()
  },
)

test.runIf(canUnshare)('a process of another namespace of processes sees the holder here', () => {
  const stateDir = temporaryDir()
  const lock = lockStateDir(stateDir)
  const [name = ''] = readdirSync(stateDir)
  const holder = JSON.parse(readFileSync(join(stateDir, name), 'utf8')) as { socket: string }
  const listed = spawnSync('unshare', ['--pid', '--fork', '--kill-child', 'cat', '/proc/net/unix'], {
    encoding: 'utf8',
  })
  expect(listed.stdout).toContain(`@${holder.socket}`)
  lock.release()
})

test.runIf(process.platform === 'linux')(
  'of a holder in another network nobody can tell, and of another boot it is over',
  () => {
    const stateDir = temporaryDir()
    const lock = lockStateDir(stateDir)
    const path = join(stateDir, readdirSync(stateDir)[0] ?? '')
    const holder = JSON.parse(readFileSync(path, 'utf8')) as { place: object }
    const holdIn = (place: object) =>
      writeFileSync(path, JSON.stringify({ ...holder, place: { ...holder.place, ...place } }))
    lock.release()
    holdIn({ pidNamespace: 'pid:[1]' })
    expect(holderOf(stateDir)).toBeUndefined()
    holdIn({ pidNamespace: 'pid:[1]', netNamespace: 'net:[1]' })
    expect(holderOf(stateDir)).toBe(process.pid)
    holdIn({ pidNamespace: 'pid:[1]', netNamespace: 'net:[1]', boot: 'before' })
    expect(holderOf(stateDir)).toBeUndefined()
  },
)

/** Takes the directory that is its argument, as state-lock.ts does, and says its process id. */
const socketHolder = `
const { readFileSync, readlinkSync, writeFileSync } = require('node:fs')
require('node:net').createServer().listen({ path: '\\0evenkeel-test-' + process.argv[1] }, () => {
  const place = {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
    netNamespace: readlinkSync('/proc/self/ns/net'),
  }
  const holder = { pid: process.pid, startedAt: '', place, socket: 'evenkeel-test-' + process.argv[1] }
  writeFileSync(process.argv[1] + '/lock.1', JSON.stringify(holder))
  process.stdout.write(String(process.pid))
})`

/** Says its port once it has many threads: those for files, which all begin with the first file. */
const threadedListener = `
const server = require('node:net').createServer().listen(0, '127.0.0.1', async () => {
  await require('node:fs/promises').readFile('/dev/null')
  process.stdout.write(String(server.address().port))
})`

/** As state-lock.ts writes it: the boot, and the clock tick at which the process began. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
}

function isListenedAt(port: number): boolean {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
  return readFileSync('/proc/net/tcp', 'utf8').includes(place)
}
