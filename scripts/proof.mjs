#!/usr/bin/env node
/** Runs a proof of test/support/proof, e.g. `node scripts/proof.mjs crash-test --only create`: bundles it with src/, and hands the other words on. */
import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bundleOf } from '../benches/support/bundle.mjs'
import { handSignalsTo } from './support/handed-signals.mjs'
import { ownDirectory } from './support/own-directory.mjs'

/** Its worlds lie in a directory of its own, so that nothing is left of workers that were killed. */
const own = ownDirectory('proofs')

const [name, ...args] = process.argv.slice(2)
// With hosts it is the built command line that is soaked, and workers of a fleet are processes of it.
if (name === 'soak' || name.startsWith('fleet/'))
  execFileSync(process.execPath, [fileURLToPath(new URL('build.mjs', import.meta.url)), '--if-stale'])
const isInside = name === 'crash-test' && args.join(' ').includes('--world hosts')
const file = await bundleOf(`test/support/proof/${isInside ? 'hosts/crash-test' : name}.ts`)
// Worlds with hosts need no systemd in them.
const env = {
  EVENKEEL_SANDBOX_INIT: 'minimal',
  ...process.env,
  TMPDIR: own,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
}
const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', file, ...args], {
  // By the channel a proof knows that this process is there; what outlives a killed one is its to end.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env,
})
const told = handSignalsTo(child)
child.on('close', (code) => {
  process.exitCode = told() ?? code ?? 1
})
