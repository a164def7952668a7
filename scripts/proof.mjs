#!/usr/bin/env node
/** Runs a proof of test/support/proof, e.g. `node scripts/proof.mjs crash-test --only create`: bundles it with src/, and hands the other words on. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { bundleOf } from '../benches/support/bundle.mjs'

const [name, ...args] = process.argv.slice(2)
const file = await bundleOf(`test/support/proof/${name}.ts`)
const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', file, ...args], { stdio: 'inherit', env })
child.on('close', (code, signal) => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal]
})
