import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cleanEnvironment, temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/hosts-missing.js'
import { root } from '../support/source-tree.js'

/**
 * What is another at each run, and what stands for it in the page: ids, addresses, times. The rest of each output has to be as
 * it was typed.
 */
const varying: readonly (readonly [RegExp, string])[] = [
  [/\b(i|vol|snap|sg|key|ami|eni)-[0-9a-f]{17}\b/g, '$1-0c52f1e6a7d80b934'],
  [/\b127\.\d+\.\d+\.\d+\b/g, '127.77.1.10'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-11-22T07:20:05Z'],
  [/\b(in|after) (?:\d+ min )?\d+(?:\.\d+)?s\b/g, '$1 3.4s'],
  [/\b\d+ (?:s|min)\b(?= +\d+ GiB)/g, '0 min'],
]

describe.skipIf(noHostsBecause !== undefined)('docs/first-stack.md', () => {
  const { path: folder, remove } = temporaryDirectory('first-stack')
  const env = cleanEnvironment({
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    EVENKEEL_SANDBOX_DIR: join(folder, 'sandbox'),
    npm_config_prefix: join(folder, 'prefix'),
    npm_config_ignore_scripts: 'true',
    npm_config_prefer_offline: 'true',
    PATH: `${join(folder, 'prefix/bin')}:${process.env['PATH']}`,
  })
  afterAll(() => {
    spawnSync(join(folder, 'prefix/bin/evenkeel'), ['sandbox', 'reset'], { env })
    remove()
  })

  it('shows what a newcomer sees, from the packed package to the end', async () => {
    const page = readFileSync(join(root, 'docs/first-stack.md'), 'utf8')
    const packed = join(folder, 'clone')
    mkdirSync(packed)
    let directory = packed
    /** Types one line in a shell, in the directory where the last one left it. */
    const type = (command: string): string => {
      // The package is packed where its source is, and lies where the newcomer is.
      const typed = command.replace('npm pack', `npm pack --pack-destination '${packed}' '${root}'`)
      const script = `cd '${directory}' && ${typed}\nstatus=$?; pwd > '${folder}/pwd'; exit $status`
      const { stdout, status } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8' })
      directory = readFileSync(join(folder, 'pwd'), 'utf8').trim()
      const end = status === 0 ? '' : `[exit status ${status}]\n`
      return `$ ${command}\n${varying.reduce((text, [what, by]) => text.replaceAll(what, by), stdout)}${end}`
    }
    const typedPage = page.replaceAll(/```console\n([^]*?)```/g, (_block, text: string) => {
      const commands = [...text.matchAll(/^\$ (.+)$/gm)].map(([, command = '']) => command)
      return `\`\`\`console\n${commands.map(type).join('')}\`\`\``
    })
    // `vitest -u` writes it.
    await expect(typedPage).toMatchFileSnapshot(join(root, 'docs/first-stack.md'))
  }, 300_000)
})
