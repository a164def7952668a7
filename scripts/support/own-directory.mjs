import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory of this process's own, for as long as it runs; what processes left of theirs that were killed is removed. */
export function ownDirectory(name) {
  const prefix = `evenkeel-${name}-of-`
  for (const left of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix)))
    if (!existsSync(`/proc/${left.slice(prefix.length)}`)) remove(join(tmpdir(), left))
  const own = join(tmpdir(), `${prefix}${process.pid}`)
  mkdirSync(own, { mode: 0o700 })
  process.on('exit', () => remove(own))
  return own
}

function remove(path) {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
