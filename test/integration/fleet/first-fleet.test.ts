import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { required } from '../../../src/core/assert.js'
import { cleanEnvironment, mainPath, temporaryDirectory } from '../../support/evenkeel.js'
import { freePort, noRedisBecause } from '../../support/fleet/redis-server.js'
import { noHostsBecause } from '../../support/hosts-missing.js'
import { root } from '../../support/source-tree.js'

const reason = noHostsBecause ?? noRedisBecause
const page = join(root, 'docs/fleet-first.md')

/** What is another at each run, and what stands for it in the page. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/\bami-[0-9a-f]{17}\b/g, 'ami-0c52f1e6a7d80b934'],
  [/\bAAAAC3[\w+/]{62}/g, 'AAAAC3NzaC1lZDI1NTE5AAAAIGAjpmCbxpZnLP0ngQgXDVFua/SHr2ChsuLEmH/t67v2'],
  [/\brevision [0-9a-f]{12}\b/g, 'revision 5d1c0f7a9b3e'],
  [/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:33805'],
  [/\b(in|after) (?:\d+ min )?\d+(?:\.\d+)?s\b/g, '$1 3.4s'],
  [/(?:\b\d+ min ago|\bjust now) +/g, 'just now  '],
]

/** A terminal: a shell that stays, so that what one line has set or begun is there for the next. */
interface Terminal {
  type(line: string): Promise<{ readonly output: string; readonly status: number }>
  close(): Promise<void>
}

describe.skipIf(reason !== undefined)(`docs/fleet-first.md${reason ? ` (${reason})` : ''}`, () => {
  const { path: folder, remove } = temporaryDirectory('first-fleet')
  const desk = join(folder, 'desk')
  const terminals = new Map<string, Terminal>()
  afterAll(async () => {
    // What is on the machines ends with them.
    for (const name of ['one', 'two']) await terminals.get(name)?.close()
    await terminals.get('desk')?.type(`redis-cli -p ${port} shutdown nosave; evenkeel sandbox reset`)
    await terminals.get('desk')?.close()
    remove()
  })

  let port = 0

  function terminal(name: string): Terminal {
    const found = terminals.get(name) ?? openTerminal(name, folder)
    terminals.set(name, found)
    return found
  }

  it('shows what a newcomer sees, from nothing to the end', async () => {
    port = await freePort()
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'evenkeel'), `#!/bin/sh\nexec '${process.execPath}' '${mainPath}' "$@"\n`, { mode: 0o755 })
    const typed = (text: string) => text.replaceAll('/tmp/desk', desk).replaceAll('6379', String(port))
    const shown = (text: string) =>
      [...varying, [new RegExp(desk, 'g'), '/tmp/desk'] as const].reduce(
        (sofar, [what, by]) => sofar.replaceAll(what, by),
        text.replaceAll(String(port), '6379'),
      )

    let text = ''
    for (const piece of readFileSync(page, 'utf8').split(/(?<=^```\n)|(?=^```\w)/m)) {
      const [, path = '', file = ''] = /^```yaml\n# (\S+)\n([^]*)```\n$/.exec(piece) ?? []
      if (path !== '') writeFileSync(join(desk, 'acme', path), file)
      const [, machine = '', block = ''] = /^```console (\w+)\n([^]*)```\n$/.exec(piece) ?? []
      if (machine === '') {
        text += piece
        continue
      }
      text += `\`\`\`console ${machine}\n`
      for (const [, line = ''] of block.matchAll(/^\$ (.+)$/gm)) {
        const { output, status } = await terminal(machine).type(typed(line))
        text += `$ ${line}\n${shown(output)}${status === 0 ? '' : `[exit status ${status}]\n`}`
      }
      text += '```\n'
    }
    // `vitest -u` writes it.
    await expect(text).toMatchFileSnapshot(page)
  })
})

/** The desk is this machine; the others have processes and a name of their own. */
function openTerminal(name: string, folder: string): Terminal {
  const env = cleanEnvironment({
    HOME: folder,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    XDG_STATE_HOME: undefined,
  })
  const isDesk = name === 'desk'
  const own = ['--fork', '--kill-child', '--pid', '--mount-proc', '--uts', 'sh']
  const shell = spawn(isDesk ? 'sh' : 'unshare', isDesk ? [] : own, {
    env,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  if (!isDesk) shell.stdin.write(`echo ${name} > /proc/sys/kernel/hostname\n`)
  return {
    async type(line) {
      const mark = `ended-${process.hrtime.bigint()}`
      const heard = outputUntil(shell, mark)
      shell.stdin.write(`${line}\nprintf '${mark} %d\\n' $?\n`)
      const { output, rest } = await heard
      return { output, status: Number(required(/^ (\d+)/.exec(rest)?.[1], rest)) }
    },
    async close() {
      const ended = once(shell, 'close')
      if (isDesk) shell.stdin.end()
      else shell.kill('SIGKILL')
      await ended
    },
  }
}

function outputUntil({ stdout }: ChildProcess, mark: string) {
  return new Promise<{ readonly output: string; readonly rest: string }>((resolve, reject) => {
    const out = required(stdout, 'a pipe')
    let said = ''
    const hear = (text: string) => {
      said += text
      const at = said.indexOf(mark)
      if (at < 0 || !said.endsWith('\n')) return
      out.off('data', hear).off('close', fail)
      resolve({ output: said.slice(0, at), rest: said.slice(at + mark.length) })
    }
    const fail = () => reject(new Error(`the terminal has ended:\n${said}`))
    out.setEncoding('utf8').on('data', hear).on('close', fail)
  })
}
