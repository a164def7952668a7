import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { holderOf } from '../../src/sandbox/state-lock.js'
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
