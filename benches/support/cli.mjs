import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runExpecting } from './measure.mjs'

export const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Runs the built command line; throws when it ends with another status than 0. */
export function evenkeel(args, { sandboxDirectory, status = [0] } = {}) {
  const env = { ...process.env, NO_COLOR: '1' }
  if (sandboxDirectory) env.EVENKEEL_SANDBOX_DIR = sandboxDirectory
  return runExpecting(status, process.execPath, [cli, ...args], { env })
}

/** Calls `use` with a directory that is removed afterwards, and takes down the sandbox that may have been started in it. */
export async function withSandboxDirectory(use) {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
  try {
    return await use(directory)
  } finally {
    await evenkeel(['sandbox', 'down'], { sandboxDirectory: directory }).catch((error) => console.error(error.message))
    rmSync(directory, { recursive: true, force: true })
  }
}
