import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../support/evenkeel.js'

const modulePath = new URL('../../dist/sync/run-directory.js', import.meta.url).href

/** A program that makes a directory in `base`, puts something into it, and waits. */
async function startOwner(base: string) {
  const text = `
    import { makeRunDirectory } from ${JSON.stringify(modulePath)}
    console.log(await makeRunDirectory(process.argv[1]))
    setInterval(() => {}, 1000)
  `
  const owner = spawn(process.execPath, ['--input-type=module', '-e', text, base], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void owner.kill('SIGKILL'))
  const [path] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
  writeFileSync(join(path, 'file'), '')
  return { owner, path }
}

test('a directory goes with its process, however that ends, and what nobody cleared the next one does', async () => {
  const { path: base, remove } = temporaryDirectory('run directory')
  onTestFinished(remove)
  const first = await startOwner(base)
  const second = await startOwner(base)
  expect(readdirSync(base)).toHaveLength(2)
  first.owner.kill('SIGKILL')
  await once(first.owner, 'exit')
  await expect.poll(() => existsSync(first.path), { timeout: 10_000 }).toBe(false)
  expect(existsSync(second.path)).toBe(true)

  // As the machine's power leaves it: nobody is there to remove it.
  mkdirSync(first.path)
  const elsewhere = first.path.replace(/-([0-9a-z]{7})-/, '-0000000-')
  mkdirSync(elsewhere)
  const target = join(base, 'target')
  mkdirSync(target)
  symlinkSync(target, `${first.path.slice(0, -6)}abcdef`)
  const third = await startOwner(base)
  expect(readdirSync(base).sort()).toEqual(
    [second.path, third.path, elsewhere, target, `${first.path.slice(0, -6)}abcdef`]
      .map((path) => basename(path))
      .sort(),
  )
})
