#!/usr/bin/env node
/** `npm run check`: everything that can be known without running evenkeel. One line a check; what failed is shown whole. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Longest first, so that two cores are busy to the end. */
const checks = [
  { name: 'tidy', run: ['vitest', 'run', '--project', 'unit', 'test/tidy'] },
  { name: 'lint', run: ['oxlint'] },
  { name: 'types of src', run: ['tsc', '--noEmit'] },
  { name: 'types of tests', run: ['tsc', '--project', 'tsconfig.test.json'] },
  { name: 'types of reports', run: ['tsc', '--project', 'src/report/page/browser/tsconfig.json'] },
  { name: 'types of the page', run: ['tsc', '--project', 'src/fleet/page/browser/tsconfig.json'] },
  { name: 'unused code', run: ['knip'] },
  { name: 'used by tests alone', run: ['knip', '--production', '--exclude', 'dependencies'] },
  { name: 'format', run: ['oxfmt', '--check', '.'] },
  { name: 'package', run: ['publint', '--strict'] },
]

const waiting = [...checks]
const failed = []
const began = performance.now()
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, takeChecks))

for (const { name, output } of failed) process.stdout.write(`\n--- ${name} ---\n${output.trim()}\n`)
const seconds = ((performance.now() - began) / 1000).toFixed(1)
process.stdout.write(`\n${checks.length - failed.length} checks passed, ${failed.length} failed (${seconds} s)\n`)
process.exitCode = failed.length === 0 ? 0 : 1

async function takeChecks() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const result = await runCheck(check)
    process.stdout.write(`${result.passed ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(20)} ${result.seconds} s\n`)
    if (!result.passed) failed.push({ name: check.name, output: result.output })
  }
}

function runCheck({ run: [program, ...args] }) {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules/.bin', program), args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    })
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (output += text))
    const finish = (passed) => resolve({ passed, output, seconds: ((performance.now() - start) / 1000).toFixed(1) })
    child.on('error', (error) => {
      output += String(error)
      finish(false)
    })
    child.on('close', (code) => finish(code === 0))
  })
}
