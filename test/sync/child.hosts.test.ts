import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'

const modulePath = new URL('../../dist/sync/child.js', import.meta.url).href

/** A program in a process group of its own that runs a shell script as its child, and what that prints, line by line. */
function startParent(script: string) {
  const text = `
    import { runChild } from ${JSON.stringify(modulePath)}
    process.on('SIGINT', () => {})
    const result = await runChild({ argv: ['sh', '-c', ${JSON.stringify(script)}] }, (chunk) => process.stdout.write(chunk))
    console.log('exit status', result.exitCode)
  `
  const parent = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const { pid = 0 } = parent
  onTestFinished(() => void parent.kill('SIGKILL'))
  return { parent, pid, lines: createInterface({ input: parent.stdout })[Symbol.asyncIterator]() }
}

/** Processes below one, by their ids. */
function descendantsOf(pid: number): readonly number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    rows.flatMap(([id = 0, parentId]) => (parentId === parent ? [id, ...below(id)] : []))
  return below(pid)
}

/** Those that have not ended; what waits to be reaped has. */
function running(pids: readonly number[]): readonly number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,stat='], { encoding: 'utf8' }).trim().split('\n')
  const live = new Set(rows.filter((line) => !/\sZ/.test(line)).map((line) => Number.parseInt(line, 10)))
  return pids.filter((pid) => live.has(pid))
}

test('Ctrl-C on the terminal leaves a child alone', async () => {
  const { pid, lines } = startParent('echo begun; sleep 1; echo whole')
  expect((await lines.next()).value).toBe('begun')
  process.kill(-pid, 'SIGINT')
  expect((await lines.next()).value).toBe('whole')
  expect((await lines.next()).value).toBe('exit status 0')
})

test.each([
  ['that ends when it is told to', ''],
  ['that ignores being told', "trap '' TERM; "],
])('a child %s ends with a killed parent, and so does what it has started', async (_, prefix) => {
  const { parent, pid, lines } = startParent(`${prefix}sh -c 'sleep 1000 & wait' & echo begun; wait`)
  await lines.next()
  // The shell, its shell, sleep, and the guard.
  await expect.poll(() => descendantsOf(pid).length).toBe(4)
  const all = descendantsOf(pid)
  onTestFinished(() => {
    for (const child of running(all)) process.kill(child, 'SIGKILL')
  })
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await expect.poll(() => running(all), { timeout: 120_000 }).toEqual([])
})

test('the guard does not keep its process waiting, and ends with it', async () => {
  const { parent, pid, lines } = startParent('echo begun; sleep 0.3')
  await lines.next()
  const all = descendantsOf(pid)
  expect(all.length).toBeGreaterThanOrEqual(2)
  const [exitCode] = (await once(parent, 'exit')) as [number]
  expect(exitCode).toBe(0)
  await expect.poll(() => running(all), { timeout: 120_000 }).toEqual([])
})
