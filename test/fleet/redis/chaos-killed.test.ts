import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { noRedisBecause } from '../../support/fleet/redis-server.js'
import { until } from '../../support/until.js'

const script = fileURLToPath(new URL('../../../scripts/proof.mjs', import.meta.url))

describe.skipIf(noRedisBecause !== undefined)('a chaos that is killed', { timeout: 120_000 }, () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('by %s leaves no worker, no Redis and no sandbox behind', async (signal) => {
    const chaos = spawn(process.execPath, [script, 'fleet/fleet-chaos', '--count', '1'], { stdio: 'ignore' })
    const ended = once(chaos, 'close')
    // Where its worlds lie, and so what every process of them names.
    const own = `evenkeel-proofs-of-${chaos.pid}/`
    onTestFinished(() => {
      for (const { pid } of processesOf(own)) process.kill(pid, 'SIGKILL')
    })
    const said = () => processesOf(own).map(({ text }) => text)
    await until(() => Promise.resolve(['redis-server', 'fleet', 'daemon.js'].every((word) => has(said(), word))))
    chaos.kill(signal)
    await ended
    await until(() => Promise.resolve(said().length === 0))
    expect(said()).toEqual([])
  })
})

function has(texts: readonly string[], word: string): boolean {
  return texts.some((text) => text.includes(word))
}

/** Those whose words or whose folder say a path. */
function processesOf(path: string): readonly { readonly pid: number; readonly text: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const text = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const isOf = `${text}${readlinkSync(`/proc/${name}/cwd`)}/`.includes(path)
      return isOf ? [{ pid: Number(name), text }] : []
    } catch {
      // It has ended in this moment.
      return []
    }
  })
}
