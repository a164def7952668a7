#!/usr/bin/env node
/** Runs a proof of test/support/proof, e.g. `node scripts/proof.mjs crash-test --only create`: bundles it with src/, and hands the other words on. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleOf } from '../benches/support/bundle.mjs'

/** Its worlds lie in a directory of its own, so that nothing is left of workers that were killed. */
const prefix = 'evenkeel-proofs-of-'
for (const left of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix)))
  if (!existsSync(`/proc/${left.slice(prefix.length)}`)) remove(join(tmpdir(), left))
const own = join(tmpdir(), `${prefix}${process.pid}`)
mkdirSync(own, { mode: 0o700 })
process.on('exit', () => remove(own))

const [name, ...args] = process.argv.slice(2)
const isInside = name === 'crash-test' && args.join(' ').includes('--world hosts')
const file = await bundleOf(`test/support/proof/${isInside ? 'hosts/crash-test' : name}.ts`)
// Worlds with hosts need no systemd in them.
const env = {
  EVENKEEL_SANDBOX_INIT: 'minimal',
  ...process.env,
  TMPDIR: own,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
}
const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', file, ...args], { stdio: 'inherit', env })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('close', (code, signal) => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal]
})

function remove(path) {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
