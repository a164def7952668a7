import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { cleanEnvironment, temporaryDirectory } from '../../support/evenkeel.js'
import { noRedisBecause } from '../../support/fleet/redis-server.js'
import { noHostsBecause } from '../../support/hosts-missing.js'
import { root } from '../../support/source-tree.js'
import { until } from '../../support/until.js'

const reason = noHostsBecause ?? noRedisBecause

describe.skipIf(reason !== undefined)(`npm run demo:fleet${reason ? ` (${reason})` : ''}`, () => {
  const folders: ReturnType<typeof temporaryDirectory>[] = []
  afterAll(() => folders.forEach(({ remove }) => remove()))

  function demo() {
    const own = temporaryDirectory('demo')
    folders.push(own)
    const { path: folder } = own
    // What is kept of the program is the user's, and stays.
    const cache = temporaryDirectory('demo-cache')
    folders.push(cache)
    const env = cleanEnvironment({ TMPDIR: folder, HOME: folder, XDG_CACHE_HOME: cache.path })
    const child = spawn(process.execPath, ['scripts/demo-fleet.mjs'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null)
    return { said: () => said, ended, interrupt: () => child.kill('SIGINT'), left: () => leftOf(folder) }
  }

  /** What is there of a demonstration whose folder this was: processes, mounts, files. */
  function leftOf(folder: string): readonly string[] {
    const look = (path: string) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return ''
      }
    }
    const processes = readdirSync('/proc').filter(
      (pid) =>
        /^\d+$/.test(pid) && ['environ', 'cmdline'].some((file) => look(join('/proc', pid, file)).includes(folder)),
    )
    const mounts = look('/proc/mounts')
      .split('\n')
      .filter((line) => line.includes(folder))
    return [...processes.map((pid) => look(join('/proc', pid, 'cmdline'))), ...mounts, ...readdirSync(folder)]
  }

  it.concurrent('leaves nothing when it is interrupted in the middle of an apply', async ({ expect }) => {
    const { said, ended, interrupt, left } = demo()
    await until(() => Promise.resolve(said().includes('apply of stacks/shop/database.stack.yaml begins')))
    expect(left()).not.toEqual([])
    interrupt()
    expect(await ended, said()).toBe(130)
    expect(said()).toContain('Interrupted.')
    // What a command has begun ends within a second after it.
    await expect.poll(left, { timeout: 5000 }).toEqual([])
  })

  it.concurrent('shows a worker that dies and one that goes on, drift and its end, and leaves nothing', async ({
    expect,
  }) => {
    const { said, ended, left } = demo()
    expect(await ended, said()).toBe(0)
    const [, dead = ''] = /^# … and worker (one|two) is dead: kill -9/m.exec(said()) ?? []
    const other = dead === 'one' ? 'two' : 'one'
    const told = said().slice(said().indexOf(' is dead: '))
    expect(told).toContain(`${other} │ apply of stacks/shop/database.stack.yaml begins`)
    expect(told).not.toContain(`${dead} │`)
    expect(told).toContain('research-batch  servers 1 of 1   volumes 1 of 1')
    expect(told).toContain('shop-database   servers 1 of 1   volumes 1 of 1')
    expect(told).toContain('shop-web        servers 2 of 2   volumes 0 of 0')
    expect(told).toMatch(/made by one run, \S+, and nothing twice/)
    expect(told).toMatch(/mount {2}\/srv\/database -> none/)
    expect(told).toMatch(/ingress {2}none -> tcp 22 from 0\.0\.0\.0\/0/)
    expect(told).toContain('example: 3 stacks: 3 in-sync')
    expect(told).toContain(`${other} │ Ended.`)
    await expect.poll(left, { timeout: 5000 }).toEqual([])
  })
})
